// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const scriptLimit = time.Second

// What Argo CD takes from a script; anything else becomes Unknown.
var healthCodes = map[string]bool{
	"Healthy": true, "Progressing": true, "Degraded": true, "Suspended": true, "Missing": true, "Unknown": true,
}

// argocdHealth runs the script under the rules of Argo CD (docs/operator-manual/health.md): an object that is being
// deleted is not asked about; the object is the global `obj`; there are the base and table libraries and a second of
// time; the script returns a table with status and message; a script that fails makes the object Unknown.
func argocdHealth(object *unstructured.Unstructured, script string) verdict {
	if object.GetDeletionTimestamp() != nil {
		return verdict{"Progressing", "Pending deletion"}
	}
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	ctx, cancel := context.WithTimeout(context.Background(), scriptLimit)
	defer cancel()
	state.SetContext(ctx)
	for name, open := range map[string]lua.LGFunction{lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		call := lua.P{Fn: state.NewFunction(open), Protect: true}
		if err := state.CallByParam(call, lua.LString(name)); err != nil {
			return verdict{"Unknown", err.Error()}
		}
	}
	state.SetGlobal("obj", luaValue(state, object.Object))
	if err := state.DoString(script); err != nil {
		return verdict{"Unknown", err.Error()}
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return verdict{"Unknown", "the script returned no table"}
	}
	code, message := text(table, "status"), text(table, "message")
	if !healthCodes[code] {
		return verdict{"Unknown", "the script returned the status " + code}
	}
	return verdict{code, message}
}

func text(table *lua.LTable, key string) string {
	value, _ := table.RawGetString(key).(lua.LString)
	return string(value)
}

// luaValue leaves out what JSON calls null, as a table cannot hold it.
func luaValue(state *lua.LState, value any) lua.LValue {
	switch known := value.(type) {
	case bool:
		return lua.LBool(known)
	case string:
		return lua.LString(known)
	case int64:
		return lua.LNumber(known)
	case float64:
		return lua.LNumber(known)
	case []any:
		list := state.CreateTable(len(known), 0)
		for _, item := range known {
			list.Append(luaValue(state, item))
		}
		return list
	case map[string]any:
		table := state.CreateTable(0, len(known))
		for key, item := range known {
			table.RawSetString(key, luaValue(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}
