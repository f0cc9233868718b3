package table

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"
)

// sniff tells a workbook (a zip package) from text, by the bytes and not by the name, and refuses
// what is neither.
func sniff(name string, data []byte, lim Limits) (workbook bool, err error) {
	no := func(what, fix string) (bool, error) { return false, refuse(name, Problem{What: what, Fix: fix}) }
	ext := strings.ToLower(path.Ext(strings.ReplaceAll(name, `\`, "/")))
	has := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	const asXLSX = "open it in a spreadsheet program and save it as .xlsx"
	switch {
	case len(data) == 0:
		return no("the file is empty", "send a file with a header row and at least one row of data")
	case has("\xd0\xcf\x11\xe0"):
		if bytes.Contains(data, utf16le("EncryptedPackage")) {
			return no("this workbook is protected by a password", "save it as .xlsx without a password")
		}
		return no("this is a password-protected workbook or an old .xls file", "save it as .xlsx without a password")
	case ext == ".xls" || ext == ".xlt":
		return no("old .xls files are not read", "open it in a spreadsheet program and save it as .xlsx, or rename it to .csv if it is plain text")
	case ext == ".xlsb":
		return no("binary workbooks (.xlsb) are not read", asXLSX)
	case ext == ".ods" || ext == ".fods" || ext == ".ots":
		return no("OpenDocument spreadsheets are not read", asXLSX)
	case has("PK\x03\x04") || has("PK\x05\x06"):
		if len(data) > lim.PackedBytes {
			return false, tooLarge(name, "the workbook has more than %s", size(lim.PackedBytes))
		}
		return true, nil
	case ext == ".xlsx" || ext == ".xlsm" || ext == ".xltx" || ext == ".ooxml" || ext == ".zip":
		return no("this is not a workbook: its first bytes are not those of an "+ext+" file", "save it as .xlsx again, or give it the ending of what it is")
	case has("%PDF"):
		return no("this is a PDF document", "send the table itself as .xlsx or .csv")
	case has("\x1f\x8b"), has("BZh"), has("7z\xbc\xaf"), has("Rar!"), has("\xfd7zXZ"), has("\x28\xb5\x2f\xfd"):
		return no("this is a compressed archive", "unpack it and send the table inside")
	case has("{\\rtf"):
		return no("this is a rich text document", "send the table itself as .xlsx or .csv")
	case has("\x89PNG"), has("\xff\xd8\xff"), has("GIF8"):
		return no("this is a picture", "send the table itself as .xlsx or .csv")
	case has("\x09\x00\x04\x00"), has("\x09\x02\x06\x00"), has("\x09\x04\x06\x00"), has("\x09\x08"):
		return no("old .xls files are not read", asXLSX)
	}
	if len(data) > lim.TextBytes {
		return false, tooLarge(name, "the file has more than %s", size(lim.TextBytes))
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 1024)], []byte("\xef\xbb\xbf")), " \t\r\n")
	low := bytes.ToLower(start)
	switch {
	case bytes.HasPrefix(low, []byte("<!doctype html")), bytes.HasPrefix(low, []byte("<html")):
		return no("this is a web page", "open it in a spreadsheet program and save it as .xlsx or .csv")
	case bytes.HasPrefix(low, []byte("<?xml")), bytes.HasPrefix(low, []byte("<workbook")):
		return no("this is an XML file", "open it in a spreadsheet program and save it as .xlsx or .csv")
	case (bytes.HasPrefix(start, []byte("{")) || bytes.HasPrefix(start, []byte("["))) && json.Valid(data):
		return no("this is JSON, not a table", "send the table as .xlsx or .csv")
	}
	return false, nil
}

func utf16le(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}
