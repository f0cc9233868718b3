package framework

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"waymark/internal/fault"
)

//go:embed seed
var seed embed.FS

// Shipped gives the versions the program carries, checked, in the order of their names. Every call
// gives its own copies.
func Shipped() ([]*Version, error) {
	dir, err := fs.Sub(seed, "seed")
	if err != nil {
		return nil, fmt.Errorf("shipped frameworks: %w", err)
	}
	return Load(dir)
}

// Load reads every folder of dir as one version of a framework. A version may be spread over several
// JSON files, each an object with some of its fields; no field stands in two files. Two folders with
// the same framework and number are refused.
func Load(dir fs.FS) ([]*Version, error) {
	folders, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, fmt.Errorf("frameworks: %w", err)
	}
	var out []*Version
	from := map[string]string{}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		data, err := join(dir, folder.Name())
		if err != nil {
			return nil, err
		}
		v, err := Parse(data)
		if err != nil {
			return nil, fmt.Errorf("folder %s: %w", folder.Name(), err)
		}
		if other, taken := from[v.ID()]; taken {
			return nil, fault.New(fault.Refused, fmt.Sprintf("folders %s and %s both hold %s", other, folder.Name(), v.ID()), "give one of them another number, or remove it")
		}
		from[v.ID()] = folder.Name()
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *Version) int {
		if a.Framework != b.Framework {
			return strings.Compare(a.Framework, b.Framework)
		}
		return a.Number - b.Number
	})
	return out, nil
}

// join makes one JSON object of the files of a folder.
func join(dir fs.FS, folder string) ([]byte, error) {
	names, err := fs.Glob(dir, path.Join(folder, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", folder, err)
	}
	whole := map[string]json.RawMessage{}
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("framework file: %w", err)
		}
		if err := checkJSON(data); err != nil {
			return nil, fmt.Errorf("file %s: %w", name, err)
		}
		var part map[string]json.RawMessage
		if err := json.Unmarshal(data, &part); err != nil {
			return nil, fmt.Errorf("file %s: %w", name, unreadable(err))
		}
		for field, value := range part {
			if _, taken := whole[field]; taken {
				return nil, fault.New(fault.Refused, fmt.Sprintf("file %s: the field %q is in another file of the folder as well", name, field), "keep it in one file")
			}
			whole[field] = value
		}
	}
	return json.Marshal(whole)
}

// Parse reads one version from JSON and checks it (Validate). It is strict: an unknown field, a field
// given twice and anything after the document are refused, each by name.
func Parse(data []byte) (*Version, error) {
	v, err := decode(data)
	if err != nil {
		return nil, err
	}
	if err := Validate(v); err != nil {
		return nil, err
	}
	return v, nil
}

func decode(data []byte) (*Version, error) {
	if err := checkJSON(data); err != nil {
		return nil, err
	}
	var v Version
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return nil, unreadable(err)
	}
	return &v, nil
}

// maxDepth is how deep a framework document may nest; its own shape needs seven levels.
const maxDepth = 32

// power is a number written with an exponent: nine characters of it can stand for a billion digits.
var power = regexp.MustCompile(`^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+$`)

// maxDigits is how long a number may be; none in a framework needs more.
const maxDigits = 40

// checkNumber refuses numbers, in quotes or not, that would take for ever to count with.
func checkNumber(token json.Token) error {
	text, isText := token.(string)
	if n, ok := token.(json.Number); ok {
		text = n.String()
	} else if !isText || text == "" || strings.Trim(text, "+-.0123456789eE") != "" {
		return nil
	}
	if power.MatchString(text) || len(text) > maxDigits {
		return fault.New(fault.Refused, fmt.Sprintf("this JSON cannot be taken: the number %s is too long or written with an exponent", short(text)), "write it with plain digits")
	}
	return nil
}

// checkJSON refuses what encoding/json lets pass: a field given twice in one object (the last would
// win), text after the document, nesting without end, and numbers without end.
func checkJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	type level struct {
		object bool
		fields map[string]bool
		value  bool // inside an object: the next token is a value
	}
	var open []level
	for {
		token, err := dec.Token()
		if err != nil {
			return unreadable(err)
		}
		top := len(open) - 1
		delim, isDelim := token.(json.Delim)
		switch {
		case isDelim && (delim == '}' || delim == ']'):
			open = open[:top]
		case top >= 0 && open[top].object && !open[top].value:
			name, _ := token.(string)
			if open[top].fields[name] {
				return fault.New(fault.Refused, fmt.Sprintf("this JSON cannot be taken: the field %q stands twice in one object", name), "keep one of the two")
			}
			open[top].fields[name] = true
			open[top].value = true
			continue
		default:
			if top >= 0 {
				open[top].value = false
			}
			if err := checkNumber(token); err != nil {
				return err
			}
			if isDelim {
				if len(open) == maxDepth {
					return fault.New(fault.Refused, fmt.Sprintf("this JSON cannot be taken: it nests deeper than %d levels", maxDepth), "")
				}
				open = append(open, level{object: delim == '{', fields: map[string]bool{}})
			}
		}
		if len(open) == 0 {
			break
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Refused, "this JSON cannot be taken: something follows after its end", "give one document in one file")
	}
	return nil
}

func unreadable(err error) error {
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	text := strings.TrimPrefix(err.Error(), "json: ")
	switch {
	case errors.As(err, &syntax):
		text = fmt.Sprintf("%s at byte %d", syntax.Error(), syntax.Offset)
	case errors.As(err, &wrongType):
		text = fmt.Sprintf("the field %s holds a %s", wrongType.Field, wrongType.Value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		text = "it ends too early"
	}
	return fault.New(fault.Refused, "this JSON cannot be taken: "+text, "send JSON of the shape that an export gives")
}

// Canonical gives the bytes of a version that its Digest is made of: UTF-8 JSON without spaces, the
// fields in the order of the types, keys of maps sorted. Parse takes them back unchanged.
func Canonical(v *Version) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("framework %s: %w", v.ID(), err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Digest names the exact content of a version: "sha256:" and 64 hexadecimal digits.
func Digest(v *Version) (string, error) {
	data, err := Canonical(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// Clone gives a copy that shares nothing with v.
func (v *Version) Clone() (*Version, error) {
	data, err := Canonical(v)
	if err != nil {
		return nil, err
	}
	return decode(data)
}
