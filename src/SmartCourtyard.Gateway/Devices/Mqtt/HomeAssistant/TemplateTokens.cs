using System.Globalization;
using System.Text;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>The words and signs inside a template's braces, one after the other.</summary>
internal abstract class TemplateTokens(string text)
{
    private static readonly string[] Signs = ["-}}", "-%}", "+%}", "==", "!=", "<=", ">=", "{{", "<", ">", "+", "-", "*", "/", "~", "|", "(", ")", "[", "]", ".", ",", "%}", "}}"];

    protected enum TokenKind
    {
        End,
        Sign,
        Name,
        Number,
        Text,
    }

    /// <summary>Where understanding stopped; null where it did not.</summary>
    public string? Problem { get; private set; }

    protected string Text { get; } = text;

    /// <summary>Where in the text the next one begins.</summary>
    protected int At { get; set; }

    protected TokenKind Kind { get; private set; }

    protected string Token { get; private set; } = "";

    protected bool Failed { get; private set; }

    protected bool IsSign(string sign) => Kind == TokenKind.Sign && Token == sign;

    protected bool IsWord(string word) => Kind == TokenKind.Name && Token == word;

    protected bool TakeWord(string word)
    {
        bool there = IsWord(word);
        if (there)
        {
            Next();
        }
        return there;
    }

    protected string Take()
    {
        string token = Token;
        Next();
        return token;
    }

    protected string Fail(string at)
    {
        Problem ??= at.Length > 60 ? at[..60] + "…" : at;
        Failed = true;
        (Kind, Token) = (TokenKind.End, "");
        return "";
    }

    protected void Next()
    {
        while (At < Text.Length && char.IsWhiteSpace(Text[At]))
        {
            At++;
        }
        if (Failed || At >= Text.Length)
        {
            (Kind, Token) = (TokenKind.End, "");
            return;
        }
        char c = Text[At];
        if (c is '\'' or '"')
        {
            Quoted(c);
        }
        else if (char.IsAsciiDigit(c))
        {
            int end = At;
            while (end < Text.Length && (char.IsAsciiDigit(Text[end]) || (Text[end] == '.' && end + 1 < Text.Length && char.IsAsciiDigit(Text[end + 1]))))
            {
                end++;
            }
            (Kind, Token, At) = (TokenKind.Number, Text[At..end], end);
            if (!double.TryParse(Token, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
            {
                Fail(Token);
            }
        }
        else if (char.IsLetter(c) || c == '_')
        {
            int end = At;
            while (end < Text.Length && (char.IsLetterOrDigit(Text[end]) || Text[end] == '_'))
            {
                end++;
            }
            (Kind, Token, At) = (TokenKind.Name, Text[At..end], end);
        }
        else if (Array.Find(Signs, sign => string.CompareOrdinal(Text, At, sign, 0, sign.Length) == 0) is { } sign)
        {
            // A sign before the end only asks to trim what follows.
            (Kind, Token, At) = (TokenKind.Sign, sign.Length == 3 ? sign[1..] : sign, At + sign.Length);
        }
        else
        {
            Fail(c.ToString());
        }
    }

    private void Quoted(char quote)
    {
        var content = new StringBuilder();
        int i = At + 1;
        for (; i < Text.Length && Text[i] != quote; i++)
        {
            i += Text[i] == '\\' && i + 1 < Text.Length ? 1 : 0;
            content.Append(Text[i]);
        }
        if (i >= Text.Length)
        {
            Fail("a text without an end");
            return;
        }
        (Kind, Token, At) = (TokenKind.Text, content.ToString(), i + 1);
    }
}
