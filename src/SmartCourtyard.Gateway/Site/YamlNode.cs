namespace SmartCourtyard.Gateway.Site;

/// <summary>A piece of the file and where it starts (from 1).</summary>
internal abstract class YamlNode(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>What a person would call it, for messages.</summary>
    public abstract string Kind { get; }

    /// <summary>The content in one spelling, whatever the layout and the order of keys.</summary>
    public abstract string Spelled { get; }

    /// <summary>All values in it that are not lists or mappings.</summary>
    public abstract IEnumerable<string> Texts { get; }
}

internal sealed class YamlScalar(int line, int column, string text, bool plain) : YamlNode(line, column)
{
    public string Text { get; } = text;

    /// <summary>Without quotes: only then may it be a number or nothing.</summary>
    public bool Plain { get; } = plain;

    public bool IsNothing => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNothing ? "nothing" : $"'{Shortened}'";

    public override string Spelled => $"{Text.Length}:{Text}";

    public override IEnumerable<string> Texts => [Text];

    private string Shortened => Text.Length > 60 ? Text[..60] + "…" : Text;
}

internal sealed class YamlList(int line, int column, List<YamlNode> items) : YamlNode(line, column)
{
    public List<YamlNode> Items { get; } = items;

    public override string Kind => "a list";

    public override IEnumerable<string> Texts => Items.SelectMany(i => i.Texts);

    public override string Spelled => $"[{string.Join(',', Items.Select(i => i.Spelled))}]";
}

internal sealed class YamlMap(int line, int column, List<(YamlScalar Key, YamlNode Value)> entries) : YamlNode(line, column)
{
    public List<(YamlScalar Key, YamlNode Value)> Entries { get; } = entries;

    public override string Kind => "a mapping";

    public override IEnumerable<string> Texts => Entries.SelectMany(e => e.Value.Texts);

    public override string Spelled => $"{{{string.Join(',', Entries.OrderBy(e => e.Key.Text, StringComparer.Ordinal).Select(e => e.Key.Spelled + e.Value.Spelled))}}}";

    public YamlNode? Find(string key)
    {
        foreach ((YamlScalar k, YamlNode value) in Entries)
        {
            if (k.Text == key)
            {
                return value;
            }
        }
        return null;
    }
}
