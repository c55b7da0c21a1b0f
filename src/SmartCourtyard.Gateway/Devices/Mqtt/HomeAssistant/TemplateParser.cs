using System.Globalization;
using System.Text;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>Reads a template; says where it stops understanding.</summary>
internal sealed class TemplateParser(string text)
{
    private const int LongestTemplate = 2_000;
    private const int DeepestNesting = 24;
    private const int MostArguments = 8;

    private static readonly string[] Signs = ["-}}", "-%}", "+%}", "==", "!=", "<=", ">=", "{{", "<", ">", "+", "-", "*", "/", "~", "|", "(", ")", "[", "]", ".", ",", "%}", "}}"];

    private int _at;
    private int _depth;
    private bool _failed;
    private string _token = "";
    private TokenKind _kind;
    private string? _statement;

    private enum TokenKind
    {
        End,
        Sign,
        Name,
        Number,
        Text,
    }

    public string? Problem { get; private set; }

    public TemplateNode? Parse()
    {
        if (text.Length > LongestTemplate)
        {
            Fail($"longer than {LongestTemplate} characters");
            return null;
        }
        TemplateNode root = Block();
        if (_statement is not null)
        {
            Fail($"{_statement} without if");
        }
        return _failed ? null : root;
    }

    // Text, {{ expressions }} and {% if %}, up to an elif, else or endif, which is left in _statement.
    private TemplateNode Block()
    {
        var parts = new List<TemplateNode>();
        _statement = null;
        while (!_failed && _at < text.Length)
        {
            int open = text.IndexOf('{', _at);
            while (open >= 0 && open + 1 < text.Length && text[open + 1] is not ('{' or '%' or '#'))
            {
                open = text.IndexOf('{', open + 1);
            }
            open = open < 0 || open + 1 >= text.Length ? text.Length : open;
            Add(parts, text[_at..open]);
            _at = open;
            if (open == text.Length)
            {
                break;
            }
            char what = text[open + 1];
            _at += 2;
            if (_at < text.Length && text[_at] is '-' or '+')
            {
                _at++;
            }
            if (what == '#')
            {
                int end = text.IndexOf("#}", _at, StringComparison.Ordinal);
                _at = end < 0 ? text.Length : end + 2;
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
        string word = _token;
        if (_kind != TokenKind.Name || word is not ("if" or "elif" or "else" or "endif"))
        {
            Fail($"{{% {word} %}}");
            return false;
        }
        Next();
        if (word is "if")
        {
            parts.Add(Branch());
            return !_failed;
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

    private TemplateNode Or()
    {
        TemplateNode left = And();
        while (TakeWord("or"))
        {
            left = new TemplateNode.Binary("or", left, And());
        }
        return left;
    }

    private TemplateNode And()
    {
        TemplateNode left = Not();
        while (TakeWord("and"))
        {
            left = new TemplateNode.Binary("and", left, Not());
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
        while (!_failed)
        {
            if (_kind == TokenKind.Sign && _token is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                string sign = Take();
                left = new TemplateNode.Binary(sign, left, Sum());
            }
            else if (TakeWord("is"))
            {
                bool not = TakeWord("not");
                string what = _kind == TokenKind.Name && _token is "defined" or "undefined" or "none" or "number" or "string" or "true" or "false" ? Take() : Fail($"is {_token}");
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

    private TemplateNode Sum()
    {
        TemplateNode left = Product();
        while (_kind == TokenKind.Sign && _token is "+" or "-" or "~")
        {
            string sign = Take();
            left = new TemplateNode.Binary(sign, left, Product());
        }
        return left;
    }

    private TemplateNode Product()
    {
        TemplateNode left = Unary();
        while (_kind == TokenKind.Sign && _token is "*" or "/")
        {
            string sign = Take();
            left = new TemplateNode.Binary(sign, left, Unary());
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
        while (!_failed && _kind == TokenKind.Sign)
        {
            if (_token == ".")
            {
                Next();
                value = Member(value, _kind is TokenKind.Name or TokenKind.Number ? Take() : Fail($".{_token}"));
            }
            else if (_token == "[")
            {
                Next();
                value = new TemplateNode.Step(value, Expression());
                Expect("]");
            }
            else if (_token == "|")
            {
                Next();
                string name = _kind == TokenKind.Name ? Take() : Fail($"| {_token}");
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
        switch (_kind)
        {
            case TokenKind.Text:
                return new TemplateNode.Constant(TemplateValue.Of(Take()));
            case TokenKind.Number:
                string digits = Take();
                return new TemplateNode.Constant(TemplateValue.Of(
                    double.Parse(digits, CultureInfo.InvariantCulture), whole: !digits.Contains('.', StringComparison.Ordinal)));
            case TokenKind.Name:
                return Named(Take());
            case TokenKind.Sign when _token == "(":
                Next();
                TemplateNode inner = Expression();
                Expect(")");
                return inner;
            default:
                Fail(_kind == TokenKind.End ? "it breaks off" : _token);
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
        if (!_failed && !TemplateFilters.Knows(name, arguments.Length))
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
        while (!_failed && !IsSign(close))
        {
            items.Add(Expression());
            if (items.Count > MostArguments || (!IsSign(close) && !IsSign(",")))
            {
                Fail(_token);
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
        return _failed;
    }

    private void Expect(string sign)
    {
        if (!IsSign(sign))
        {
            Fail(_kind == TokenKind.End ? "it breaks off" : _token);
        }
        Next();
    }

    // The end of a {{ }} or {% %}: what follows is text again, so the next token is not read.
    private void Close(string sign)
    {
        if (!IsSign(sign))
        {
            Fail(_kind == TokenKind.End ? "it breaks off" : _token);
        }
    }

    private bool IsSign(string sign) => _kind == TokenKind.Sign && _token == sign;

    private bool IsWord(string word) => _kind == TokenKind.Name && _token == word;

    private bool TakeWord(string word)
    {
        bool there = IsWord(word);
        if (there)
        {
            Next();
        }
        return there;
    }

    private string Take()
    {
        string token = _token;
        Next();
        return token;
    }

    private string Fail(string at)
    {
        Problem ??= at.Length > 60 ? at[..60] + "…" : at;
        _failed = true;
        (_kind, _token) = (TokenKind.End, "");
        return "";
    }

    private void Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
        if (_failed || _at >= text.Length)
        {
            (_kind, _token) = (TokenKind.End, "");
            return;
        }
        char c = text[_at];
        if (c is '\'' or '"')
        {
            Quoted(c);
        }
        else if (char.IsAsciiDigit(c))
        {
            int end = _at;
            while (end < text.Length && (char.IsAsciiDigit(text[end]) || (text[end] == '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))))
            {
                end++;
            }
            (_kind, _token, _at) = (TokenKind.Number, text[_at..end], end);
            if (!double.TryParse(_token, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
            {
                Fail(_token);
            }
        }
        else if (char.IsLetter(c) || c == '_')
        {
            int end = _at;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }
            (_kind, _token, _at) = (TokenKind.Name, text[_at..end], end);
        }
        else if (Array.Find(Signs, sign => string.CompareOrdinal(text, _at, sign, 0, sign.Length) == 0) is { } sign)
        {
            // A sign before the end only asks to trim what follows.
            (_kind, _token, _at) = (TokenKind.Sign, sign.Length == 3 ? sign[1..] : sign, _at + sign.Length);
        }
        else
        {
            Fail(c.ToString());
        }
    }

    private void Quoted(char quote)
    {
        var content = new StringBuilder();
        int i = _at + 1;
        for (; i < text.Length && text[i] != quote; i++)
        {
            i += text[i] == '\\' && i + 1 < text.Length ? 1 : 0;
            content.Append(text[i]);
        }
        if (i >= text.Length)
        {
            Fail("a text without an end");
            return;
        }
        (_kind, _token, _at) = (TokenKind.Text, content.ToString(), i + 1);
    }
}
