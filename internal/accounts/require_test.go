package accounts_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// acts reads every constant of the type Act from the source, so that none is forgotten below.
func acts(t *testing.T) []accounts.Act {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "require.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []accounts.Act
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			if id, ok := v.Type.(*ast.Ident); !ok || id.Name != "Act" {
				continue
			}
			text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, accounts.Act(text))
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d acts found", len(out))
	}
	return out
}

func holding(r accounts.Role, s accounts.Scope) accounts.Principal {
	return accounts.Principal{
		Actor: accounts.Actor{Person: "p", Organisation: "o"}, Strong: true, SteppedUp: true,
		Grants: []accounts.Grant{{Role: r, Scope: s}},
	}
}

// The matrix of acts and roles, as it was decided. A changed line here is a decision.
func TestEveryRoleGivesTheActsItWasDecidedToGive(t *testing.T) {
	anybody := []accounts.Act{accounts.OwnAccount, accounts.SignIn, accounts.SignOut, accounts.Accept, accounts.Propose, accounts.Decide}
	want := map[accounts.Role][]accounts.Act{
		accounts.Reader:      {accounts.ReadWork},
		accounts.Contributor: {accounts.ReadWork, accounts.ImportEvidence, accounts.WithdrawBatch, accounts.Comment, accounts.IssueToken},
		accounts.FocalPoint:  {accounts.ReadWork, accounts.ImportEvidence, accounts.WithdrawBatch, accounts.Comment, accounts.Reply, accounts.IssueToken},
		accounts.Verifier:    {accounts.ReadWork, accounts.VerifyEvidence, accounts.TrustSource, accounts.CountryStatus, accounts.Quarantine, accounts.ReadAudit, accounts.IssueToken},
		accounts.Steward: {accounts.ReadWork, accounts.ImportEvidence, accounts.WithdrawBatch, accounts.RegisterSource, accounts.TrustSource,
			accounts.SaveFramework, accounts.Consult, accounts.Quarantine, accounts.ReadAudit, accounts.IssueToken},
		accounts.Publisher:  {accounts.ReadWork, accounts.Adopt, accounts.CreateRelease, accounts.Publish, accounts.Quarantine, accounts.ReadAudit, accounts.IssueToken},
		accounts.Moderator:  {accounts.ReadWork, accounts.Moderate, accounts.Quarantine, accounts.Settle},
		accounts.Translator: {accounts.ReadWork, accounts.Translate},
		accounts.Administrator: {accounts.ReadWork, accounts.ReadAudit, accounts.ReadPeople, accounts.ManagePeople, accounts.GrantRole, accounts.EndRole,
			accounts.ManageOrgs, accounts.GiveMandate, accounts.ChangeSetting, accounts.ExportPerson, accounts.Quarantine, accounts.Settle},
	}
	for _, r := range accounts.Roles() {
		may := map[accounts.Act]bool{}
		for _, a := range append(want[r], anybody...) {
			may[a] = true
		}
		for _, act := range acts(t) {
			p := holding(r, accounts.Scope{})
			_, err := p.May(act, accounts.Scope{})
			if (err == nil) != may[act] {
				t.Errorf("%s, %s: %v", r, act, err)
			}
			if may[act] != accounts.MayRole(r, act) {
				t.Errorf("MayRole(%s, %s) is not %v", r, act, may[act])
			}
		}
	}
}

func TestNobodyMayDoAnythingAndTheOperatorMayPropose(t *testing.T) {
	for _, act := range acts(t) {
		if err := accounts.Require(context.Background(), act, accounts.Scope{}); !fault.Is(err, fault.SignIn) {
			t.Errorf("%s by nobody: %v", act, err)
		}
		if err := accounts.Require(accounts.With(context.Background(), accounts.Local()), act, accounts.Scope{}); err != nil {
			t.Errorf("%s by the operator: %v", act, err)
		}
	}
	forged := accounts.Actor{Person: "p", Organisation: "o", Role: accounts.Operator}
	if err := accounts.Require(accounts.With(context.Background(), forged), accounts.Publish, accounts.Scope{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a person who calls themselves the operator: %v", err)
	}
	if err := accounts.Require(accounts.Enter(context.Background(), holding(accounts.Publisher, accounts.Scope{})), "no such act", accounts.Scope{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an act without a line in the table: %v", err)
	}
}

func TestARoleForOneScopeGivesNothingInAnother(t *testing.T) {
	name := rapid.SampledFrom([]string{"", "a", "b"})
	rapid.Check(t, func(t *rapid.T) {
		scope := func(label string) accounts.Scope {
			return accounts.Scope{Country: name.Draw(t, label+" country"), Organisation: name.Draw(t, label+" organisation"), Framework: name.Draw(t, label+" framework")}
		}
		given, asked := scope("given"), scope("asked")
		p := holding(accounts.Verifier, given)
		_, err := p.May(accounts.VerifyEvidence, asked)
		want := (given.Country == "" || given.Country == asked.Country) && (given.Organisation == "" || given.Organisation == asked.Organisation) &&
			(given.Framework == "" || given.Framework == asked.Framework)
		if (err == nil) != want {
			t.Fatalf("given for %v, asked for %v: %v", given, asked, err)
		}
	})
}

func TestWhoeverChangesSomethingShowsASecondFactor(t *testing.T) {
	p := holding(accounts.Verifier, accounts.Scope{})
	p.Strong, p.SteppedUp = false, false
	if _, err := p.May(accounts.VerifyEvidence, accounts.Scope{}); !errors.Is(err, accounts.ErrSecondFactor) || !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a second factor: %v", err)
	}
	if _, err := p.May(accounts.ReadWork, accounts.Scope{}); err != nil {
		t.Errorf("reading without a second factor: %v", err)
	}
	p = holding(accounts.Publisher, accounts.Scope{})
	p.SteppedUp = false
	if _, err := p.May(accounts.Publish, accounts.Scope{}); !errors.Is(err, accounts.ErrStepUp) || !fault.Is(err, fault.SignIn) {
		t.Errorf("publishing without showing it again: %v", err)
	}
}

func TestALinkForOneRoundOpensNothingElse(t *testing.T) {
	p := holding(accounts.Contributor, accounts.Scope{Organisation: "o", Round: "r1"})
	p.Round, p.Strong = "r1", false
	for _, c := range []struct {
		act   accounts.Act
		scope accounts.Scope
		may   bool
	}{
		{accounts.Comment, accounts.Scope{Organisation: "o", Round: "r1"}, true},
		{accounts.Comment, accounts.Scope{Organisation: "o", Round: "r2"}, false},
		{accounts.Comment, accounts.Scope{Organisation: "other", Round: "r1"}, false},
		{accounts.ReadWork, accounts.Scope{}, false},
		{accounts.ImportEvidence, accounts.Scope{Organisation: "o", Round: "r1"}, false},
	} {
		if _, err := p.May(c.act, c.scope); (err == nil) != c.may {
			t.Errorf("%s in %v: %v", c.act, c.scope, err)
		}
	}
}

func TestTheTrailNamesTheRoleThatGaveTheRight(t *testing.T) {
	p := holding(accounts.Verifier, accounts.Scope{})
	p.Grants = append(p.Grants, accounts.Grant{Role: accounts.Publisher})
	ctx, err := accounts.Acting(accounts.Enter(context.Background(), p), accounts.CreateRelease, accounts.Scope{})
	if err != nil || accounts.From(ctx).Role != accounts.Publisher {
		t.Errorf("the role is %q, %v", accounts.From(ctx).Role, err)
	}
}
