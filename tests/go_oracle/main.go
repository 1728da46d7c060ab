// The oracle renders templates with Go's own text/template: one request a line of JSON, one answer a line.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"text/template"
)

type answer struct {
	Output string `json:"output"`
	Error  string `json:"error"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			out.Encode(answer{Error: "request: " + err.Error()})
			continue
		}
		output, err := render(r)
		if err != nil {
			out.Encode(answer{Error: err.Error()})
			continue
		}
		out.Encode(answer{Output: output})
	}
}

func render(r request) (output string, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	if r.Kind == "ollama" {
		return renderOllama(r)
	}
	parsed := template.New("").Funcs(functionsOn(r.Today))
	if r.Zero {
		parsed.Option("missingkey=zero")
	}
	if _, err := parsed.Parse(r.Template); err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, data(r.Data))
	return out.String(), err
}

// data decodes numbers without a point or an exponent as ints, and gives slices no room behind their end.
func data(raw json.RawMessage) any {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	decoder.Decode(&value)
	return typed(value)
}

func typed(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, each := range v {
			v[key] = typed(each)
		}
	case []any:
		for i, each := range v {
			v[i] = typed(each)
		}
		return slices.Clip(v)
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return int(whole)
		}
		number, _ := v.Float64()
		return number
	}
	return value
}
