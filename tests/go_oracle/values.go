package main

// Messages and tools in the shape in which Ollama shows them to a template.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

type typeNames []string

func (t *typeNames) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*t = typeNames{one}
		return nil
	}
	var many []string
	err := json.Unmarshal(raw, &many)
	*t = many
	return err
}

func (t typeNames) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

func (t typeNames) String() string {
	switch len(t) {
	case 0:
		return ""
	case 1:
		return t[0]
	}
	return fmt.Sprint([]string(t))
}

// orderedProperties keeps the order of the request, which only JSON shows.
// Printed, it is a struct with a pointer, as Ollama's is.
type orderedProperties struct{ om *ordered }

type ordered struct {
	names  []string
	values map[string]property
}

func (o *orderedProperties) UnmarshalJSON(raw []byte) error {
	o.om = &ordered{}
	if err := json.Unmarshal(raw, &o.om.values); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.Token() // the opening brace
	for decoder.More() {
		name, _ := decoder.Token()
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			return err
		}
		o.om.names = append(o.om.names, name.(string))
	}
	return nil
}

func (o orderedProperties) MarshalJSON() ([]byte, error) {
	var parts []string
	for _, name := range o.om.names {
		key, _ := json.Marshal(name)
		value, err := json.Marshal(o.om.values[name])
		if err != nil {
			return nil, err
		}
		parts = append(parts, string(key)+":"+string(value))
	}
	return []byte("{" + strings.Join(parts, ",") + "}"), nil
}

type property struct {
	AnyOf       []property         `json:"anyOf,omitempty"`
	Type        typeNames          `json:"type,omitempty"`
	Items       any                `json:"items,omitempty"`
	Description string             `json:"description,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Properties  *orderedProperties `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
}

var typeScript = map[string]string{
	"string": "string", "number": "number", "integer": "number", "boolean": "boolean",
	"array": "any[]", "object": "Record<string, any>", "null": "null",
}

func (p property) ToTypeScriptType() string {
	var names []string
	for _, each := range p.AnyOf {
		names = append(names, each.ToTypeScriptType())
	}
	if len(names) == 0 {
		for _, each := range p.Type {
			name, known := typeScript[each]
			if !known {
				name = "any"
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "any"
	}
	return strings.Join(names, " | ")
}

type properties map[string]property

func (p properties) String() string {
	if p == nil {
		return "{}"
	}
	return asJSON(p)
}

type arguments map[string]any

func (a arguments) String() string {
	if a == nil {
		return "{}"
	}
	return asJSON(a)
}

type parameters struct {
	Type       string     `json:"type"`
	Defs       any        `json:"$defs,omitempty"`
	Items      any        `json:"items,omitempty"`
	Required   []string   `json:"required,omitempty"`
	Properties properties `json:"properties"`
}

type function struct {
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Parameters  parameters `json:"parameters"`
}

type tool struct {
	Type     string   `json:"type"`
	Items    any      `json:"items,omitempty"`
	Function function `json:"function"`
}

func (t tool) String() string { return asJSON(t) }

type tools []tool

func (t tools) String() string { return asJSON(t) }

type callFunction struct {
	Index     int
	Name      string
	Arguments arguments
}

type call struct {
	ID       string
	Function callFunction
}

type message struct {
	Role       string
	Content    string
	Thinking   string
	Images     [][]byte
	ToolCalls  []call
	ToolName   string
	ToolCallID string
}

type wireMessage struct {
	Role       string `json:"role"`
	Content    string `json:"content"`
	Thinking   string `json:"thinking"`
	ToolCalls  []call `json:"tool_calls"`
	ToolName   string `json:"tool_name"`
	ToolCallID string `json:"tool_call_id"`
}

func (w wireMessage) shown() *message {
	calls := append([]call(nil), w.ToolCalls...)
	return &message{strings.ToLower(w.Role), w.Content, w.Thinking, nil, calls, w.ToolName, w.ToolCallID}
}

func asJSON(value any) string {
	raw, _ := json.Marshal(value)
	return string(raw)
}

var errElse = errors.New("an else behind a cut branch")
