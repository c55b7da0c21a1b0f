using System.Globalization;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>Reads a template; says where it stops understanding.</summary>
internal sealed class TemplateParser(string text) : TemplateTokens(text)
{
    private const int LongestTemplate = 2_000;
    private const int DeepestNesting = 24;
    private const int MostArguments = 8;

    private int _depth;
    private string? _statement;

    public TemplateNode? Parse()
    {
        if (Text.Length > LongestTemplate)
        {
            Fail($"longer than {LongestTemplate} characters");
            return null;
        }
        TemplateNode root = Block();
        if (_statement is not null)
        {
            Fail($"{_statement} without if");
        }
        return Failed ? null : root;
    }

    // Text, {{ expressions }} and {% if %}, up to an elif, else or endif, which is left in _statement.
    private TemplateNode Block()
    {
        var parts = new List<TemplateNode>();
        _statement = null;
        while (!Failed && At < Text.Length)
        {
            int open = Text.IndexOf('{', At);
            while (open >= 0 && open + 1 < Text.Length && Text[open + 1] is not ('{' or '%' or '#'))
            {
                open = Text.IndexOf('{', open + 1);
            }
            open = open < 0 || open + 1 >= Text.Length ? Text.Length : open;
            Add(parts, Text[At..open]);
            At = open;
            if (open == Text.Length)
            {
                break;
            }
            char what = Text[open + 1];
            At += 2;
            if (At < Text.Length && Text[At] is '-' or '+')
            {
                At++;
            }
            if (what == '#')
            {
                int end = Text.IndexOf("#}", At, StringComparison.Ordinal);
                At = end < 0 ? Text.Length : end + 2;
            }
            else if (what == '{')
            {
                Next();
                parts.Add(Expression());
                Close("}}");
            }
            else if (!Statement(parts))
            {
                break;
            }
        }
        return parts.Count == 1 ? parts[0] : new TemplateNode.Joined([.. parts]);
    }

    // What only spaces things out says nothing.
    private static void Add(List<TemplateNode> parts, string between)
    {
        if (between.AsSpan().Trim().Length > 0)
        {
            parts.Add(new TemplateNode.Constant(TemplateValue.Of(between.Trim('\r', '\n', '\t'))));
        }
    }

    private bool Statement(List<TemplateNode> parts)
    {
        Next();
        string word = Token;
        if (Kind != TokenKind.Name || word is not ("if" or "elif" or "else" or "endif"))
        {
            Fail($"{{% {word} %}}");
            return false;
        }
        Next();
        if (word is "if")
        {
            parts.Add(Branch());
            return !Failed;
        }
        _statement = word;
        if (word is "else" or "endif")
        {
            Close("%}");
        }
        return false;
    }

    // After "if" or "elif": the condition is next.
    private TemplateNode Branch()
    {
        if (TooDeep())
        {
            return Nothing;
        }
        TemplateNode condition = Expression();
        Close("%}");
        TemplateNode then = Block(), otherwise = Nothing;
        switch (_statement)
        {
            case "elif":
                otherwise = Branch();
                _depth--;
                return new TemplateNode.If(condition, then, otherwise);
            case "else":
                otherwise = Block();
                break;
        }
        if (_statement != "endif")
        {
            Fail("if without endif");
        }
        _statement = null;
        _depth--;
        return new TemplateNode.If(condition, then, otherwise);
    }

    private static TemplateNode Nothing { get; } = new TemplateNode.Constant(TemplateValue.Missing);

    private TemplateNode Expression()
    {
        if (TooDeep())
        {
            return Nothing;
        }
        TemplateNode value = Or();
        if (TakeWord("if"))
        {
            TemplateNode condition = Or();
            value = new TemplateNode.If(condition, value, TakeWord("else") ? Expression() : Nothing);
        }
        _depth--;
        return value;
    }

    private TemplateNode Or() => Chained("or", And);

    private TemplateNode And() => Chained("and", Not);

    private TemplateNode Chained(string word, Func<TemplateNode> part)
    {
        TemplateNode left = part();
        while (TakeWord(word))
        {
            left = new TemplateNode.Binary(word, left, part());
        }
        return left;
    }

    private TemplateNode Not()
    {
        bool not = false;
        while (TakeWord("not"))
        {
            not = !not;
        }
        TemplateNode of = Comparison();
        return not ? new TemplateNode.Not(of) : of;
    }

    private TemplateNode Comparison()
    {
        TemplateNode left = Sum();
        while (!Failed)
        {
            if (Kind == TokenKind.Sign && Token is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                string sign = Take();
                left = new TemplateNode.Binary(sign, left, Sum());
            }
            else if (TakeWord("is"))
            {
                bool not = TakeWord("not");
                string what = Kind == TokenKind.Name && Token is "defined" or "undefined" or "none" or "number" or "string" or "true" or "false" ? Take() : Fail($"is {Token}");
                left = not ? new TemplateNode.Not(new TemplateNode.Is(left, what)) : new TemplateNode.Is(left, what);
            }
            else if (IsWord("in") || IsWord("not"))
            {
                bool not = TakeWord("not");
                if (!TakeWord("in"))
                {
                    Fail("not");
                }
                TemplateNode isIn = IsSign("[") ? new TemplateNode.OneOf(left, List("]")) : new TemplateNode.Binary("in", left, Sum());
                left = not ? new TemplateNode.Not(isIn) : isIn;
            }
            else
            {
                break;
            }
        }
        return left;
    }

    private TemplateNode Sum() => Signed("+-~", Product);

    private TemplateNode Product() => Signed("*/", Unary);

    private TemplateNode Signed(string signs, Func<TemplateNode> part)
    {
        TemplateNode left = part();
        while (Kind == TokenKind.Sign && Token.Length == 1 && signs.Contains(Token, StringComparison.Ordinal))
        {
            left = new TemplateNode.Binary(Take(), left, part());
        }
        return left;
    }

    private TemplateNode Unary()
    {
        bool minus = false;
        while (IsSign("-") || IsSign("+"))
        {
            minus ^= Take() == "-";
        }
        TemplateNode of = Postfix();
        return minus ? new TemplateNode.Binary("-", new TemplateNode.Constant(TemplateValue.Of(0, whole: true)), of) : of;
    }

    private TemplateNode Postfix()
    {
        TemplateNode value = Primary();
        while (!Failed && Kind == TokenKind.Sign)
        {
            if (Token == ".")
            {
                Next();
                value = Member(value, Kind is TokenKind.Name or TokenKind.Number ? Take() : Fail($".{Token}"));
            }
            else if (Token == "[")
            {
                Next();
                value = new TemplateNode.Step(value, Expression());
                Expect("]");
            }
            else if (Token == "|")
            {
                Next();
                string name = Kind == TokenKind.Name ? Take() : Fail($"| {Token}");
                value = Filter(name, value, IsSign("(") ? List(")") : []);
            }
            else
            {
                break;
            }
        }
        return value;
    }

    private TemplateNode Member(TemplateNode value, string name)
    {
        if (!IsSign("("))
        {
            return new TemplateNode.Step(value, new TemplateNode.Constant(TemplateValue.Of(name)));
        }
        if (name != "get")
        {
            Fail($".{name}()");
            return Nothing;
        }
        TemplateNode[] arguments = List(")");
        if (arguments.Length is not (1 or 2))
        {
            Fail(".get() without a name");
            return Nothing;
        }
        TemplateNode found = new TemplateNode.Step(value, arguments[0]);
        return arguments.Length == 1 ? found : Filter("default", found, [arguments[1]]);
    }

    private TemplateNode Primary()
    {
        switch (Kind)
        {
            case TokenKind.Text:
                return new TemplateNode.Constant(TemplateValue.Of(Take()));
            case TokenKind.Number:
                string digits = Take();
                return new TemplateNode.Constant(TemplateValue.Of(
                    double.Parse(digits, CultureInfo.InvariantCulture), whole: !digits.Contains('.', StringComparison.Ordinal)));
            case TokenKind.Name:
                return Named(Take());
            case TokenKind.Sign when Token == "(":
                Next();
                TemplateNode inner = Expression();
                Expect(")");
                return inner;
            default:
                Fail(Kind == TokenKind.End ? "it breaks off" : Token);
                return Nothing;
        }
    }

    private TemplateNode Named(string name)
    {
        switch (name)
        {
            case "value":
                return new TemplateNode.Payload();
            case "value_json":
                return new TemplateNode.Document();
            case "true" or "True":
                return new TemplateNode.Constant(TemplateValue.Of(true));
            case "false" or "False":
                return new TemplateNode.Constant(TemplateValue.Of(false));
            case "none" or "None":
                return new TemplateNode.Constant(new TemplateValue(TemplateKind.None));
        }
        if (!IsSign("(") || name is not ("int" or "float" or "bool" or "iif"))
        {
            Fail(name);
            return Nothing;
        }
        TemplateNode[] arguments = List(")");
        if (arguments.Length == 0)
        {
            Fail($"{name}()");
            return Nothing;
        }
        return Filter(name, arguments[0], arguments[1..]);
    }

    private TemplateNode.Filter Filter(string name, TemplateNode of, TemplateNode[] arguments)
    {
        if (!Failed && !TemplateFilters.Knows(name, arguments.Length))
        {
            Fail($"the filter {name}" + (arguments.Length > 0 ? $" with {arguments.Length} values" : ""));
        }
        return new TemplateNode.Filter(name, of, arguments);
    }

    // From the opening sign to the closing one.
    private TemplateNode[] List(string close)
    {
        var items = new List<TemplateNode>();
        Next();
        while (!Failed && !IsSign(close))
        {
            items.Add(Expression());
            if (items.Count > MostArguments || (!IsSign(close) && !IsSign(",")))
            {
                Fail(Token);
            }
            else if (IsSign(","))
            {
                Next();
            }
        }
        Expect(close);
        return [.. items];
    }

    private bool TooDeep()
    {
        if (++_depth > DeepestNesting)
        {
            Fail($"nested deeper than {DeepestNesting}");
        }
        return Failed;
    }

    private void Expect(string sign)
    {
        Close(sign);
        Next();
    }

    // The end of a {{ }} or {% %}: what follows is text again, so the next token is not read.
    private void Close(string sign)
    {
        if (!IsSign(sign))
        {
            Fail(Kind == TokenKind.End ? "it breaks off" : Token);
        }
    }
}
