package main

// Ollama's three ways of executing a template, written anew for the comparison.

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
)

type request struct {
	Kind     string          `json:"kind"` // "go" or "ollama"
	Template string          `json:"template"`
	Data     json.RawMessage `json:"data"`
	Zero     bool            `json:"zero"`
	Messages []wireMessage   `json:"messages"`
	Tools    tools           `json:"tools"`
	Think    any             `json:"think"`
	Prompt   string          `json:"prompt"`
	Suffix   string          `json:"suffix"`
	Today    string          `json:"today"`
}

func functionsOn(today string) template.FuncMap {
	return template.FuncMap{
		"json":        asJSON,
		"currentDate": func(...string) string { return today },
		"yesterdayDate": func(...string) string {
			day, _ := time.Parse(time.DateOnly, today)
			return day.AddDate(0, 0, -1).Format(time.DateOnly)
		},
		"toTypeScriptType": func(value any) string {
			if p, ok := value.(property); ok {
				return p.ToTypeScriptType()
			}
			return "any"
		},
	}
}

var openResponse = template.Must(template.New("").Parse("{{.Response}}")).Root.Nodes[0]

func renderOllama(r request) (string, error) {
	parsed, err := template.New("").Option("missingkey=zero").Funcs(functionsOn(r.Today)).Parse(r.Template)
	if err != nil {
		return "", err
	}
	var names []string
	for _, each := range parsed.Templates() {
		found, err := identifiers(each.Root)
		if err != nil {
			return "", err
		}
		names = append(names, found...)
	}
	if !slices.Contains(names, "messages") && !slices.Contains(names, "response") {
		parsed.Root.Nodes = append(parsed.Root.Nodes, openResponse)
	}
	level, on := r.Think.(string)
	if r.Think == true {
		level, on = "medium", true
	}
	base := map[string]any{"Think": on, "ThinkLevel": level, "IsThinkSet": r.Think != nil, "Response": ""}
	var out bytes.Buffer
	if r.Prompt != "" && r.Suffix != "" {
		base["Prompt"], base["Suffix"] = r.Prompt, r.Suffix
		err = parsed.Execute(&out, base)
		return out.String(), err
	}
	system, messages := collate(r.Messages)
	if slices.Contains(names, "messages") {
		base["System"], base["Messages"], base["Tools"] = system, messages, r.Tools
		err = parsed.Execute(&out, base)
		return out.String(), err
	}
	err = executeTurns(parsed, messages, base, &out)
	return out.String(), err
}

func collate(wire []wireMessage) (string, []*message) {
	var system []string
	var merged []*message
	for _, each := range wire {
		m := each.shown()
		if m.Role == "system" {
			system = append(system, m.Content)
		}
		if n := len(merged); n > 0 && m.Role != "tool" && merged[n-1].Role == m.Role {
			merged[n-1].Content += "\n\n" + m.Content
			continue
		}
		merged = append(merged, m)
	}
	return strings.Join(system, "\n\n"), merged
}

func executeTurns(parsed *template.Template, messages []*message, base map[string]any, out *bytes.Buffer) error {
	clear := func() { base["System"], base["Prompt"], base["Response"] = "", "", "" }
	clear()
	slots := map[string]string{"system": "System", "user": "Prompt", "assistant": "Response"}
	for _, m := range messages {
		answered := base["Response"] != ""
		if (m.Role == "user" && answered) || (m.Role == "system" && (answered || base["Prompt"] != "")) {
			if err := parsed.Execute(out, base); err != nil {
				return err
			}
			clear()
		}
		if slot, known := slots[m.Role]; known {
			base[slot] = m.Content
		}
	}
	cut := &cutter{}
	root := parsed.Root.CopyList()
	if err := cut.list(root); err != nil {
		return err
	}
	last, err := template.New("").AddParseTree("", &parse.Tree{Root: root})
	if err != nil {
		return err
	}
	return last.Execute(out, base)
}

// identifiers are those of fields and variables, in lower case.
func identifiers(node parse.Node) ([]string, error) {
	var names []string
	var failed error
	visit := func(nodes ...parse.Node) {
		for _, each := range nodes {
			found, err := identifiers(each)
			names = append(names, found...)
			failed = errors.Join(failed, err)
		}
	}
	branch := func(b parse.BranchNode) {
		visit(b.Pipe, b.List)
		if b.ElseList != nil {
			visit(b.ElseList)
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		visit(n.Nodes...)
	case *parse.ActionNode:
		visit(n.Pipe)
	case *parse.TemplateNode:
		if n.Pipe == nil {
			return nil, errors.New("undefined template specified")
		}
		visit(n.Pipe)
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			visit(command.Args...)
		}
	case *parse.FieldNode:
		names = n.Ident
	case *parse.VariableNode:
		names = n.Ident
	}
	for i, name := range names {
		if lower := strings.ToLower(name); lower != name {
			names = slices.Clone(names)
			names[i] = lower
		}
	}
	return names, failed
}

// cutter takes out what follows the first .Response, as Ollama does for the last turn.
type cutter struct{ done bool }

func (c *cutter) list(list *parse.ListNode) error {
	var kept []parse.Node
	for _, node := range list.Nodes {
		if c.done {
			break
		}
		keep := true
		var err error
		switch n := node.(type) {
		case *parse.ActionNode:
			keep = c.pipe(n.Pipe)
		case *parse.IfNode:
			err = c.branch(&n.BranchNode)
		case *parse.WithNode:
			err = c.branch(&n.BranchNode)
		case *parse.RangeNode:
			err = c.branch(&n.BranchNode)
		}
		if err != nil {
			return err
		}
		if keep {
			kept = append(kept, node)
		}
	}
	list.Nodes = kept
	return nil
}

func (c *cutter) branch(b *parse.BranchNode) error {
	if err := c.list(b.List); err != nil || b.ElseList == nil {
		return err
	}
	if c.done {
		return errElse // Ollama panics here
	}
	return c.list(b.ElseList)
}

// pipe reports whether the pipeline stays: each of its commands must keep an argument.
func (c *cutter) pipe(p *parse.PipeNode) bool {
	for _, command := range p.Cmds {
		var kept []parse.Node
		for _, argument := range command.Args {
			if c.done {
				break
			}
			keep := true
			switch n := argument.(type) {
			case *parse.FieldNode:
				c.done = slices.Contains(n.Ident, "Response")
			case *parse.PipeNode:
				keep = c.pipe(n)
			}
			if keep {
				kept = append(kept, argument)
			}
		}
		if len(kept) == 0 {
			return false
		}
		command.Args = kept
	}
	return true
}
