using System.Text;
using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>
/// The safe part of a value template: a fixed expression over one message. What lies beyond is refused when the template is read,
/// never guessed.
/// </summary>
internal sealed class Template
{
    private readonly TemplateNode _root;

    private Template(string text, TemplateNode root) => (Text, _root) = (text, root);

    public string Text { get; }

    /// <summary>Null with a problem where the template uses what is not understood.</summary>
    public static Template? Read(string text, out string? problem)
    {
        var parser = new TemplateParser(text);
        TemplateNode? root = parser.Parse();
        problem = root is null
            ? $"the template {(text.Length > 200 ? text[..200] + "…" : text)} is not understood ({parser.Problem}): value, value_json with a path, "
                + $"== != < > and or not in, is defined, if/else, and the filters {TemplateFilters.Names}"
            : null;
        return root is null ? null : new Template(text, root);
    }

    public TemplateValue Of(scoped ref readonly JsonPayload message)
    {
        try
        {
            TemplateValue value = _root.Of(in message);
            return value.Kind == TemplateKind.Failed ? TemplateValue.Failed($"{value.Text} (template {Text})") : value;
        }
        catch (InvalidOperationException)
        {
            return TemplateValue.Failed("a text is not Unicode");
        }
    }
}

/// <summary>One piece of a template.</summary>
internal abstract class TemplateNode
{
    public abstract TemplateValue Of(scoped ref readonly JsonPayload message);

    internal sealed class Constant(TemplateValue value) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message) => value;
    }

    /// <summary><c>value</c>: the payload as text.</summary>
    internal sealed class Payload : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message) => TemplateValue.Of(Encoding.UTF8.GetString(message.Text));
    }

    /// <summary><c>value_json</c>.</summary>
    internal sealed class Document : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message) =>
            message.Root.ValueKind == JsonValueKind.Undefined && !message.Text.IsEmpty
                ? TemplateValue.Failed("the payload is not JSON")
                : TemplateValue.Of(message.Root);
    }

    internal sealed class Step(TemplateNode from, TemplateNode key) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message) => from.Of(in message).Step(key.Of(in message));
    }

    internal sealed class Filter(string name, TemplateNode of, TemplateNode[] arguments) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message)
        {
            var values = arguments.Length == 0 ? [] : new TemplateValue[arguments.Length];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = arguments[i].Of(in message);
            }
            return TemplateFilters.Apply(name, of.Of(in message), values);
        }
    }

    internal sealed class If(TemplateNode condition, TemplateNode then, TemplateNode otherwise) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message)
        {
            TemplateValue value = condition.Of(in message);
            return value.Kind == TemplateKind.Failed ? value : value.IsTrue ? then.Of(in message) : otherwise.Of(in message);
        }
    }

    internal sealed class Not(TemplateNode of) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message)
        {
            TemplateValue value = of.Of(in message);
            return value.Kind == TemplateKind.Failed ? value : TemplateValue.Of(!value.IsTrue);
        }
    }

    internal sealed class Is(TemplateNode of, string what) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message)
        {
            TemplateKind kind = of.Of(in message).Kind;
            return TemplateValue.Of(what switch
            {
                "defined" => kind != TemplateKind.Missing,
                "undefined" => kind == TemplateKind.Missing,
                "none" => kind == TemplateKind.None,
                "number" => kind == TemplateKind.Number,
                "true" => kind == TemplateKind.True,
                "false" => kind == TemplateKind.False,
                _ => kind == TemplateKind.Text,
            });
        }
    }

    internal sealed class Binary(string sign, TemplateNode left, TemplateNode right) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message)
        {
            TemplateValue a = left.Of(in message);
            if (a.Kind == TemplateKind.Failed || (sign == "and" && !a.IsTrue) || (sign == "or" && a.IsTrue))
            {
                return a;
            }
            TemplateValue b = right.Of(in message);
            return b.Kind == TemplateKind.Failed ? b : sign switch
            {
                "and" or "or" => b,
                "==" => TemplateValue.Of(a.IsSameAs(b)),
                "!=" => TemplateValue.Of(!a.IsSameAs(b)),
                "in" => TemplateValue.Of(IsIn(a, b)),
                "~" => TemplateValue.Of(a.Written + b.Written),
                _ => Arithmetic(a, b),
            };
        }

        private TemplateValue Arithmetic(TemplateValue a, TemplateValue b)
        {
            if (a.Kind == TemplateKind.Missing || b.Kind == TemplateKind.Missing)
            {
                return TemplateValue.Missing;
            }
            // A text is not a number here until a filter makes it one.
            if (a.Kind == TemplateKind.Text || b.Kind == TemplateKind.Text || !a.TryNumber(out double x) || !b.TryNumber(out double y))
            {
                return TemplateValue.Failed($"{sign} between what are not both numbers");
            }
            bool whole = !a.Written.Contains('.', StringComparison.Ordinal) && !b.Written.Contains('.', StringComparison.Ordinal);
            return sign switch
            {
                "<" => TemplateValue.Of(x < y),
                "<=" => TemplateValue.Of(x <= y),
                ">" => TemplateValue.Of(x > y),
                ">=" => TemplateValue.Of(x >= y),
                "+" => TemplateValue.Of(x + y, whole),
                "-" => TemplateValue.Of(x - y, whole),
                "*" => TemplateValue.Of(x * y, whole),
                _ => TemplateValue.Of(x / y, whole: false),
            };
        }

        private static bool IsIn(TemplateValue a, TemplateValue b) => b.Kind switch
        {
            TemplateKind.Text => b.Text!.Contains(a.Written, StringComparison.Ordinal),
            TemplateKind.Nested when b.Json.ValueKind == JsonValueKind.Object => b.Json.TryGetProperty(a.Written, out _),
            TemplateKind.Nested => b.Json.EnumerateArray().Any(item => TemplateValue.Of(item).IsSameAs(a)),
            _ => false,
        };
    }

    /// <summary><c>x in [1, 2]</c>.</summary>
    internal sealed class OneOf(TemplateNode of, TemplateNode[] list) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message)
        {
            TemplateValue value = of.Of(in message);
            foreach (TemplateNode item in list)
            {
                if (item.Of(in message).IsSameAs(value))
                {
                    return TemplateValue.Of(true);
                }
            }
            return value.Kind == TemplateKind.Failed ? value : TemplateValue.Of(false);
        }
    }

    internal sealed class Joined(TemplateNode[] parts) : TemplateNode
    {
        public override TemplateValue Of(scoped ref readonly JsonPayload message)
        {
            var text = new StringBuilder();
            foreach (TemplateNode part in parts)
            {
                TemplateValue value = part.Of(in message);
                if (value.Kind == TemplateKind.Failed)
                {
                    return value;
                }
                text.Append(value.Written);
            }
            return TemplateValue.Of(text.ToString().Trim());
        }
    }
}
