package framework

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"waymark/internal/fault"
)

// Criterion says when a country meets a target: two compiled expressions over indicators. It is
// safe for concurrent use.
type Criterion struct {
	variant *Variant
	vars    []string // the indicators both expressions use, sorted
	numbers bool     // some indicator is a number, so there is no table of answers
	met     cel.Program
	partly  cel.Program // nil: the same as met

	mu    sync.RWMutex
	table map[uint32]Status // status by combination of answers, two bits a variable
}

// ErrCriterion marks an expression that must not be saved.
var ErrCriterion = errors.New("criterion")

// Values gives a criterion the state of an indicator for one country.
type Values interface {
	Answer(indicator string) Tri
	Number(indicator string) (value float64, known bool)
}

// maxAnswers bounds how many yes/no indicators one criterion may use: its table of answers and the
// proof that met implies partly both grow with 2 to that power.
const maxAnswers = 12

// Compile checks and compiles the expressions of a variant: every name is a declared indicator, the
// result is yes or no, there is no division (1.0/0.0 > 1.0 is true in CEL), and met implies partly.
// It refuses with a sentence that names the variant and what is wrong.
func Compile(variant *Variant, indicators []Indicator) (*Criterion, error) {
	if variant.Compose != nil {
		return nil, fmt.Errorf("%w %s: it combines other variants and has no expression of its own", ErrCriterion, variant.Code)
	}
	env, kinds, err := environment(indicators)
	if err != nil {
		return nil, err
	}
	c := &Criterion{variant: variant, table: map[uint32]Status{}}
	used := map[string]bool{}
	if c.met, err = compile(env, kinds, variant.Code, "met", variant.Met, used); err != nil {
		return nil, err
	}
	if variant.Partly != "" {
		if c.partly, err = compile(env, kinds, variant.Code, "partly", variant.Partly, used); err != nil {
			return nil, err
		}
	}
	for name := range used {
		c.vars = append(c.vars, name)
		c.numbers = c.numbers || kinds[name] == Number
	}
	slices.Sort(c.vars)
	if len(c.vars) > maxAnswers {
		return nil, fault.Newf(fault.Refused, "%w %s: it asks for %d indicators; the most is %d", ErrCriterion, variant.Code, len(c.vars), maxAnswers)
	}
	if !c.numbers {
		return c, c.checkImplication()
	}
	return c, nil
}

// Indicators lists what the criterion asks about a country.
func (c *Criterion) Indicators() []string { return c.vars }

// Status evaluates the criterion for one country.
func (c *Criterion) Status(v Values) (Status, error) {
	if c.numbers {
		return c.evaluate(v)
	}
	var key uint32
	for _, name := range c.vars {
		key = key<<2 | uint32(v.Answer(name))
	}
	c.mu.RLock()
	s, ok := c.table[key]
	c.mu.RUnlock()
	if ok {
		return s, nil
	}
	s, err := c.evaluate(v)
	if err != nil {
		return s, err
	}
	c.mu.Lock()
	c.table[key] = s
	c.mu.Unlock()
	return s, nil
}

func (c *Criterion) evaluate(v Values) (Status, error) {
	met, err := evaluate(c.met, c.vars, v)
	if err != nil {
		return Status{}, fmt.Errorf("%w %s, met: %w", ErrCriterion, c.variant.Code, err)
	}
	partly := met
	if c.partly != nil {
		if partly, err = evaluate(c.partly, c.vars, v); err != nil {
			return Status{}, fmt.Errorf("%w %s, partly: %w", ErrCriterion, c.variant.Code, err)
		}
	}
	return statusOf(met, partly), nil
}

// checkImplication proves over every combination of yes and no that met implies partly.
func (c *Criterion) checkImplication() error {
	if c.partly == nil {
		return nil
	}
	answers := map[string]Tri{}
	for combination := range 1 << len(c.vars) {
		for i, name := range c.vars {
			answers[name] = No
			if combination>>i&1 == 1 {
				answers[name] = Yes
			}
		}
		met, err := evaluate(c.met, c.vars, answered(answers))
		if err != nil {
			return fmt.Errorf("%w %s, met: %w", ErrCriterion, c.variant.Code, err)
		}
		partly, err := evaluate(c.partly, c.vars, answered(answers))
		if err != nil {
			return fmt.Errorf("%w %s, partly: %w", ErrCriterion, c.variant.Code, err)
		}
		if met == Yes && partly != Yes {
			return fault.Newf(fault.Refused, "%w %s: a country can meet it without partly meeting it", ErrCriterion, c.variant.Code).
				WithFix("write the partly expression as the met expression || what is enough for partly")
		}
	}
	return nil
}

type answered map[string]Tri

func (a answered) Answer(name string) Tri        { return a[name] }
func (a answered) Number(string) (float64, bool) { return 0, false }

// environment declares each indicator as its own variable. A declared variable that is neither bound
// nor marked unknown would be an error in CEL, and "error || true" is true: evaluate binds or marks all.
func environment(indicators []Indicator) (*cel.Env, map[string]ValueKind, error) {
	kinds := make(map[string]ValueKind, len(indicators))
	options := []cel.EnvOption{cel.ClearMacros(), cel.CrossTypeNumericComparisons(true)} // n > 1 as well as n > 1.0
	for _, ind := range indicators {
		kinds[ind.Code] = ind.Kind
		kind := cel.BoolType
		if ind.Kind == Number {
			kind = cel.DoubleType
		}
		options = append(options, cel.Variable(ind.Code, kind))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, nil, fmt.Errorf("declaring indicators: %w", err)
	}
	return env, kinds, nil
}

// allowed are the only operations a criterion may use.
var allowed = map[string]bool{
	operators.LogicalAnd: true, operators.LogicalOr: true, operators.LogicalNot: true, operators.Conditional: true,
	operators.Equals: true, operators.NotEquals: true, operators.Less: true, operators.LessEquals: true,
	operators.Greater: true, operators.GreaterEquals: true,
	operators.Add: true, operators.Subtract: true, operators.Multiply: true, operators.Negate: true,
}

// arithmetic is done with decimals only: on whole numbers it can overflow, which is an evaluation
// error, and "error || true" is true.
var arithmetic = []string{operators.Add, operators.Subtract, operators.Multiply, operators.Negate}

func compile(env *cel.Env, kinds map[string]ValueKind, code, which, text string, used map[string]bool) (cel.Program, error) {
	refuse := func(why string) error {
		return fault.Newf(fault.Refused, "%w %s, %s expression %q: %s", ErrCriterion, code, which, text, why)
	}
	if strings.TrimSpace(text) == "" {
		return nil, refuse("it is empty")
	}
	tree, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		return nil, refuse(firstLine(err))
	}
	if tree.OutputType() != cel.BoolType {
		return nil, refuse("it must answer yes or no, not " + tree.OutputType().String())
	}
	var wrong string
	ast.PreOrderVisit(tree.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			name := e.AsIdent()
			if _, declared := kinds[name]; !declared { // the names of types are declared in every environment
				wrong = name
			}
			used[name] = true
		case ast.CallKind:
			fn := e.AsCall().FunctionName()
			switch {
			case !allowed[fn]:
				wrong = fn
			case slices.Contains(arithmetic, fn) && tree.NativeRep().GetType(e.ID()) != types.DoubleType:
				wrong = "arithmetic without decimals (1.0, not 1)"
			}
		case ast.LiteralKind:
		default:
			wrong = "lists, maps and fields"
		}
	}))
	switch wrong {
	case "":
	case operators.Divide, operators.Modulo:
		return nil, refuse("division is not allowed, since dividing by nought gives no error there; multiply the other side instead")
	default:
		return nil, refuse(strings.Trim(wrong, "_@") + " cannot be used in a criterion")
	}
	program, err := env.Program(tree, cel.EvalOptions(cel.OptPartialEval))
	if err != nil {
		return nil, refuse(firstLine(err))
	}
	return program, nil
}

// position is how CEL names the place of a mistake: "ERROR: <input>:1:6: ".
var position = regexp.MustCompile(`^ERROR: <input>:\d+:(\d+): `)

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return position.ReplaceAllString(line, "at character $1: ")
}

// evaluate answers yes, no or unknown. An evaluation error is a fault, never a status.
func evaluate(program cel.Program, vars []string, v Values) (Tri, error) {
	bound := make(map[string]any, len(vars))
	var missing []*cel.AttributePatternType
	for _, name := range vars {
		if n, known := v.Number(name); known {
			bound[name] = n
			continue
		}
		switch v.Answer(name) {
		case Yes:
			bound[name] = true
		case No:
			bound[name] = false
		default:
			missing = append(missing, cel.AttributePattern(name))
		}
	}
	input, err := cel.PartialVars(bound, missing...)
	if err != nil {
		return Unknown, fmt.Errorf("binding: %w", err)
	}
	out, _, err := program.Eval(input)
	if types.IsUnknown(out) {
		return Unknown, nil
	}
	if err != nil {
		return Unknown, fmt.Errorf("evaluating: %w", err)
	}
	b, ok := out.Value().(bool)
	if !ok {
		return Unknown, fmt.Errorf("evaluating: the answer is %v, neither yes nor no", out.Type())
	}
	if b {
		return Yes, nil
	}
	return No, nil
}
