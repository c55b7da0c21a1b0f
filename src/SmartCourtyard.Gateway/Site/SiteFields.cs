using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SmartCourtyard.Gateway.Site;

/// <summary>The values of one mapping, each checked as it is taken; whatever is wrong is noted and comes back as nothing.</summary>
internal sealed class SiteFields
{
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly YamlMap _map;
    private readonly SiteMistakes _mistakes;
    private readonly string _what;

    private SiteFields(YamlMap map, SiteMistakes mistakes, string what) => (_map, _mistakes, _what) = (map, mistakes, what);

    public YamlMap Map => _map;

    /// <summary>Opens a mapping and notes each key that it may not have.</summary>
    public static SiteFields? Open(YamlNode node, SiteMistakes mistakes, string what, params ReadOnlySpan<string> keys)
    {
        if (node is not YamlMap map)
        {
            mistakes.Add(node, $"{what} is {node.Kind}", $"a mapping with {string.Join(", ", keys!)}");
            return null;
        }
        foreach ((YamlScalar key, _) in map.Entries)
        {
            if (!keys.Contains(key.Text))
            {
                string[] all = keys.ToArray();
                mistakes.Add(key, $"{what} has no key '{key.Text}'{Spelling.DidYouMean(key.Text, all)}", string.Join(", ", all));
            }
        }
        return new SiteFields(map, mistakes, what);
    }

    public YamlNode? Node(string key) => _map.Find(key);

    public YamlNode? RequiredNode(string key, string allowed)
    {
        YamlNode? node = Node(key);
        if (node is null)
        {
            _mistakes.Add(_map, $"{_what} has no '{key}'", allowed);
        }
        return node;
    }

    public string? Text(string key, int max, bool required = false)
    {
        if (Node(key) is not { } node)
        {
            return required ? Missing<string>(key, TextAllowed(max)) : null;
        }
        if (node is not YamlScalar { IsNothing: false } scalar || string.IsNullOrWhiteSpace(scalar.Text) || scalar.Text.Length > max)
        {
            string found = node is YamlScalar s ? s.IsNothing || string.IsNullOrWhiteSpace(s.Text) ? "empty" : $"{s.Text.Length} characters long" : node.Kind;
            _mistakes.Add(node, $"'{key}' is {found}", TextAllowed(max));
            return null;
        }
        if (scalar.Text.Any(char.IsControl))
        {
            _mistakes.Add(node, $"'{key}' holds a control character", TextAllowed(max) + " on one line");
            return null;
        }
        if (HasHalfCharacter(scalar.Text))
        {
            _mistakes.Add(node, $"'{key}' holds half a character (a lone surrogate)", TextAllowed(max));
            return null;
        }
        return scalar.Text;
    }

    // Made only when it is needed: a file of 20,000 devices has 200,000 values that are right.
    private static string TextAllowed(int max) => $"text of 1 to {max} characters";

    private T? Missing<T>(string key, string allowed)
    {
        RequiredNode(key, allowed);
        return default;
    }

    // An escape in quotes can write what UTF-8 cannot hold: no topic and no event could carry it.
    private static bool HasHalfCharacter(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }
        return false;
    }

    public string? Id(string key)
    {
        const string Allowed = "1 to 64 of a-z, 0-9 and -";
        YamlNode? node = RequiredNode(key, Allowed);
        if (node is null)
        {
            return null;
        }
        if (node is YamlScalar { Text: { Length: >= 1 and <= 64 } text } && !text.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            return text;
        }
        _mistakes.Add(node, $"'{key}' is {node.Kind}", Allowed);
        return null;
    }

    public int? WholeNumber(string key, int min, int max, bool required = false)
    {
        if (Node(key) is not { } node)
        {
            return required ? Missing<int?>(key, NumberAllowed(min, max)) : null;
        }
        if (node is YamlScalar { Plain: true } scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }
        _mistakes.Add(node, $"'{key}' is {(node is YamlScalar { Plain: false } quoted ? $"the text \"{quoted.Text}\"" : node.Kind)}", NumberAllowed(min, max));
        return null;
    }

    private static string NumberAllowed(int min, int max) => string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");

    public void Number(string key)
    {
        if (Node(key) is { } node && (node is not YamlScalar { Plain: true } scalar
            || !double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value)))
        {
            _mistakes.Add(node, $"'{key}' is {node.Kind}", "a number");
        }
    }

    public void OneOf(string key, params ReadOnlySpan<string> allowed)
    {
        if (Node(key) is { } node && !(node is YamlScalar scalar && allowed.Contains(scalar.Text)))
        {
            _mistakes.Add(node, $"'{key}' is {node.Kind}", string.Join(", ", allowed!));
        }
    }

    /// <summary>Visits the entries of a list; a missing or empty list has none.</summary>
    public void ForEach(string key, string allowed, Action<YamlNode> visit)
    {
        if (!TryList(key, allowed, out YamlList? list))
        {
            return;
        }
        foreach (YamlNode item in list.Items)
        {
            visit(item);
        }
    }

    private bool TryList(string key, string allowed, [NotNullWhen(true)] out YamlList? list)
    {
        list = Node(key) as YamlList;
        if (list is null && Node(key) is { } node && node is not YamlScalar { IsNothing: true })
        {
            _mistakes.Add(node, $"'{key}' is {node.Kind}", allowed);
        }
        return list is not null;
    }
}
