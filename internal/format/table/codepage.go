package table

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// codePage is one legacy encoding text may be in, with the characters beyond ASCII that are frequent
// in its languages: the wrong code page gives rare letters, signs inside words and mixed scripts.
type codePage struct {
	name   string
	enc    encoding.Encoding
	common string
}

var codePages = []codePage{
	{"windows-1252", charmap.Windows1252, "éèàçêäöüßñóíáúãõâîôûùøåæëïœÉÀÇÖÜÄÅØÑÁÓÍ" + signs},
	{"windows-1250", charmap.Windows1250, "ąćęłńóśźżáčďéěíňřšťúůýžäöüőűßçâîĄĆŁŚŻŹČŘŠŽÉÁÖÜŐ" + signs},
	{"windows-1254", charmap.Windows1254, "şğıçöüİŞÇÖÜâîéû" + signs},
	{"windows-1251", charmap.Windows1251, "оаеинтсрвлкмідпуяыбзьгчйОАЕИНТСРВЛКМПУБ" + signs},
	{"koi8-r", charmap.KOI8R, "оаеинтсрвлкмдпуяыбзьгчйОАЕИНТСРВЛКМПУБ"},
	{"iso-8859-5", charmap.ISO8859_5, "оаеинтсрвлкмідпуяыбзьгчйОАЕИНТСРВЛКМПУБ"},
	{"ibm866", charmap.CodePage866, "оаеинтсрвлкмдпуяыбзьгчйОАЕИНТСРВЛКМПУБ"},
	{"windows-1256", charmap.Windows1256, "اليمونرتبةعدسفهكقحأ،؟" + signs},
	{"iso-8859-6", charmap.ISO8859_6, "اليمونرتبةعدسفهكقحأ،؟"},
	{"windows-1253", charmap.Windows1253, "αοιετσνηυρπκςάέίόήώλμδΑΟΙΕΤΣΝΗΡΠΚ" + signs},
	{"windows-1255", charmap.Windows1255, "יוהלאמרבתשנעםדקחכפטגזןצ" + signs},
	{"windows-874", charmap.Windows874, "านรอกเงคมยลวดทสะตปบหแจพชขใไโ่้ิีุูั็์ำ"},
	{"gb18030", simplifiedchinese.GB18030, "的一国在人有和是年中大为不地省市区县名称数据编号姓家儿童日期合计学生性别男女，。、（）：" + han},
	{"big5", traditionalchinese.Big5, "的一國在人有和是年中大為不地省市區縣名稱數據編號姓家兒童日期合計學生性別男女，。、（）：" + han},
	{"shift_jis", japanese.ShiftJIS, "のにはをたがでとしれるなかいさすまりこ日本国年月名県市区人数一、。ーンスルトイラリアク"},
	{"euc-jp", japanese.EUCJP, "のにはをたがでとしれるなかいさすまりこ日本国年月名県市区人数一、。ーンスルトイラリアク"},
	{"euc-kr", korean.EUCKR, "이다의는가에을를한국인지고도시군구명수년월일대사자부성기전서울"},
}

const (
	signs = "«»°’‘“”–—…€£©®™§·\u00a0º²³"
	han   = "上下个月分部东西南北京海江山河州安新民生"
)

// guessCodePage decodes text that is not UTF-8. A guess is taken only where it is clearly better
// than every other reading or where all good ones agree; otherwise the candidates are shown and
// asked.
func guessCodePage(name string, data []byte) (decoded, error) {
	sample := highLines(data, 32<<10)
	type guess struct {
		codePage
		text  string // the sample
		score float64
	}
	var guesses []guess
	for _, c := range codePages {
		text, err := c.enc.NewDecoder().Bytes(sample)
		if err != nil || bytes.Contains(text, []byte("\uFFFD")) {
			continue
		}
		s, ok := plausible(string(text), c)
		if !ok {
			continue
		}
		if c.name == "windows-1252" {
			s += 0.3 // by far the most frequent: it wins a tie, which is then asked
		}
		guesses = append(guesses, guess{c, string(text), s})
	}
	slices.SortStableFunc(guesses, func(a, b guess) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	ask := func() (decoded, error) {
		var shown []string
		for _, g := range guesses[:min(len(guesses), 4)] {
			shown = append(shown, fmt.Sprintf("%s reads %q", g.name, clip(firstHigh(g.text))))
		}
		what := "the encoding of the text cannot be told"
		if len(shown) > 0 {
			what += ": " + strings.Join(shown, ", ")
		}
		return decoded{}, refuse(name, Problem{Row: 1 + lineEnds(string(data[:bytes.IndexFunc(data, func(r rune) bool { return r >= utf8.RuneSelf })])),
			What: what, Fix: "save the file as UTF-8, or name its encoding"})
	}
	if len(guesses) == 0 || guesses[0].score < 0.1 {
		return ask()
	}
	best := guesses[0]
	i := slices.IndexFunc(guesses, func(g guess) bool { return g.text != best.text })
	if i > 0 && best.score-guesses[i].score < 0.25 {
		return ask()
	}
	d, err := decodeAs(name, data, best.name)
	if err != nil {
		return d, err
	}
	r := Remark{Ask: true, Text: fmt.Sprintf("the text is not UTF-8; it was read as %s: %q", best.name, clip(firstHigh(best.text)))}
	if i > 0 && guesses[i].score > 0 {
		r.Text += fmt.Sprintf(" (as %s it would be %q)", guesses[i].name, clip(firstHigh(guesses[i].text)))
	} else if i < 0 && len(guesses) > 1 {
		r.Ask = false
	}
	d.remarks = append(d.remarks, r)
	return d, nil
}

// highLines gathers the lines that have bytes beyond ASCII, up to about size bytes.
func highLines(data []byte, size int) []byte {
	var out []byte
	for len(data) > 0 && len(out) < size {
		line := data
		if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
			line = data[:i+1]
		}
		data = data[len(line):]
		if bytes.IndexFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			out = append(out, line...)
		}
	}
	return out
}

// firstHigh gives the first word with a character beyond ASCII and what stands around it.
func firstHigh(text string) string {
	i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return ""
	}
	from := strings.LastIndexAny(text[:i], ",;\t|\r\n\"") + 1
	rest := text[from:]
	if n := strings.IndexAny(rest[i-from:], ",;\t|\r\n\""); n >= 0 {
		rest = rest[:i-from+n]
	}
	return strings.TrimSpace(rest)
}

// plausible rates a reading between about -3 (nonsense) and 1 (every character beyond ASCII is a
// usual one), as the mean over those characters.
func plausible(text string, c codePage) (float64, bool) {
	runes := []rune(text)
	sum, n := 0.0, 0
	for i, r := range runes {
		if r < utf8.RuneSelf {
			continue
		}
		n++
		if r < 0xA0 || unicode.Is(unicode.Co, r) { // C1 controls, private use: never in text
			return 0, false
		}
		var prev, next rune = ' ', ' '
		if i > 0 {
			prev = runes[i-1]
		}
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch {
		case strings.ContainsRune(c.common, r):
			sum++
		case r >= 0xFF61 && r <= 0xFF9F || r >= 0x2500 && r <= 0x259F: // half-width kana, box drawing
			sum--
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
			sum += 0.5
		case unicode.IsMark(r):
			sum -= 0.5
		case !unicode.IsLetter(r):
			sum -= 0.3
			if unicode.IsLetter(prev) && unicode.IsLetter(next) {
				sum -= 2
			}
		case isLatin(r):
			sum -= 0.5
		}
		if unicode.IsLetter(r) {
			sum -= neighbours(r, prev, next)
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

// neighbours is the penalty for what stands beside a letter and seldom does in one word.
func neighbours(r, prev, next rune) (penalty float64) {
	for _, o := range [...]rune{prev, next} {
		if !unicode.IsLetter(o) {
			continue
		}
		switch {
		case isLatin(r) != isLatin(o) && !unicode.Is(unicode.Han, r) && !unicode.Is(unicode.Han, o):
			penalty += 1.5
		case isLatin(r) && o >= utf8.RuneSelf:
			penalty += 0.75
		}
	}
	if unicode.IsUpper(r) && unicode.IsLower(prev) {
		penalty += 1.5
	}
	if isLatin(r) && unicode.IsLetter(prev) && unicode.IsLetter(next) && !vowel(prev) && !vowel(next) && !vowel(r) {
		penalty += 0.75
	}
	return penalty
}

func isLatin(r rune) bool {
	return r < utf8.RuneSelf && unicode.IsLetter(r) || unicode.Is(unicode.Latin, r)
}

func vowel(r rune) bool {
	return strings.ContainsRune("aeiouyáàâãäåæéèêëęěíìîïıóòôõöøőœúùûüůűýÿąăAEIOUYÁÀÂÄÅÆÉÈÊËĘÍÎÏÓÔÖØŐÚÛÜ", r)
}
