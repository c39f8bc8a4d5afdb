package discordfake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// explain puts what a schema found wrong under the paths of its fields, with Discord's codes where it has one.
func explain(e *jsonschema.ValidationError, wrong fieldErrors) {
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		if values := choices(e); len(values) > 0 {
			wrong.add(strings.Join(e.InstanceLocation, "."), "BASE_TYPE_CHOICES", fmt.Sprintf("Value must be one of %v.", values))
			return
		}
		if branch := meant(e); branch != nil {
			explain(branch, wrong)
			return
		}
		wrong.add(strings.Join(append(slices.Clone(e.InstanceLocation), "type"), "."), "UNION_TYPE_CHOICES", "Value of field \"type\" is none that stands here.")
		return
	}
	if len(e.Causes) == 0 {
		leaf(e, wrong)
		return
	}
	for _, cause := range e.Causes {
		explain(cause, wrong)
	}
}

// choices are the values that a oneOf of constants takes; none where it is another.
func choices(e *jsonschema.ValidationError) (values []any) {
	for _, cause := range e.Causes {
		if k, ok := cause.ErrorKind.(*kind.Const); ok {
			values = append(values, k.Want)
		}
	}
	return values
}

// meant picks the branch of a oneOf that the value was meant to be: the first whose type fits.
func meant(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	fits := slices.IndexFunc(e.Causes, func(cause *jsonschema.ValidationError) bool { return !mistyped(cause, e.InstanceLocation) })
	if fits < 0 {
		return nil
	}
	return e.Causes[fits]
}

// mistyped tells whether a branch failed because the value, or its field type, is of another kind.
func mistyped(e *jsonschema.ValidationError, at []string) bool {
	if _, ok := e.ErrorKind.(*kind.Type); ok && slices.Equal(e.InstanceLocation, at) {
		return true
	}
	if len(e.Causes) == 0 {
		return slices.Equal(e.InstanceLocation, append(slices.Clone(at), "type"))
	}
	return slices.ContainsFunc(e.Causes, func(cause *jsonschema.ValidationError) bool { return mistyped(cause, at) })
}

// leaf is one fault. The codes are those that Discord answers with.
func leaf(e *jsonschema.ValidationError, wrong fieldErrors) {
	path := strings.Join(e.InstanceLocation, ".")
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			wrong.add(join(path, name), "BASE_TYPE_REQUIRED", "This field is required")
		}
	case *kind.MaxLength:
		wrong.add(path, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", k.Want))
	case *kind.MaxItems:
		wrong.add(path, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", k.Want))
	case *kind.MinLength:
		wrong.add(path, "BASE_TYPE_MIN_LENGTH", fmt.Sprintf("Must be %d or more in length.", k.Want))
	case *kind.MinItems:
		wrong.add(path, "BASE_TYPE_MIN_LENGTH", fmt.Sprintf("Must be %d or more in length.", k.Want))
	case *kind.Maximum:
		wrong.add(path, "NUMBER_TYPE_MAX", "int value should be less than or equal to "+k.Want.RatString()+".")
	case *kind.Minimum:
		wrong.add(path, "NUMBER_TYPE_MIN", "int value should be greater than or equal to "+k.Want.RatString()+".")
	case *kind.Enum:
		wrong.add(path, "BASE_TYPE_CHOICES", fmt.Sprintf("Value must be one of %v.", k.Want))
	case *kind.Type:
		wrong.add(path, "BASE_TYPE_INVALID", "Must be "+strings.Join(k.Want, " or ")+", not "+k.Got+".")
	default:
		wrong.add(path, "BASE_TYPE_INVALID", e.Error())
	}
}
