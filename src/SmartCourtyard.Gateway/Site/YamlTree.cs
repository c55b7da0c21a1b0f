using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace SmartCourtyard.Gateway.Site;

/// <summary>
/// Turns YAML into nodes with their places. Works on the parser's events, without reflection: a site of two thousand devices
/// is read while the program starts.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 32;
    private const int MaxAliases = 1_000;

    private readonly Parser _parser;
    private readonly SiteMistakes _mistakes;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private int _aliases;

    private YamlTree(string yaml, SiteMistakes mistakes)
    {
        _parser = new Parser(new Scanner(new StringReader(yaml)));
        _mistakes = mistakes;
    }

    /// <summary>The one document of the file; null where there is none that can be read (the mistake then says why).</summary>
    public static YamlNode? Load(string yaml, SiteMistakes mistakes)
    {
        var tree = new YamlTree(yaml, mistakes);
        try
        {
            return tree.Document();
        }
        catch (YamlException e)
        {
            Refuse(e, yaml, mistakes);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The parser trips over itself on some broken input instead of naming it.
            Mark near = tree._parser.Current?.End ?? Mark.Empty;
            mistakes.Add((int)near.Line, (int)near.Column, "not YAML (it breaks off after this place)", "YAML 1.2");
        }
        return null;
    }

    private YamlNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _mistakes.Add(1, 1, "the file is empty", "a courtyard with its buildings and devices");
            return null;
        }
        _parser.Consume<DocumentStart>();
        YamlNode root = Node(1);
        _parser.Consume<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
        {
            ParsingEvent next = _parser.Current!;
            _mistakes.Add((int)next.Start.Line, (int)next.Start.Column, "a second document begins", "one courtyard a file");
        }
        return root;
    }

    private YamlNode Node(int depth)
    {
        ParsingEvent start = _parser.Consume<ParsingEvent>();
        if (depth > MaxDepth)
        {
            throw new YamlException(start.Start, start.End, $"nested more than {MaxDepth} deep");
        }
        (int line, int column) = ((int)start.Start.Line, (int)start.Start.Column);
        YamlNode node = start switch
        {
            Scalar s => new YamlScalar(line, column, s.Value, s.Style is ScalarStyle.Plain),
            SequenceStart => new YamlList(line, column, Items(depth)),
            MappingStart => new YamlMap(line, column, Entries(depth)),
            AnchorAlias a => Aliased(a),
            _ => throw new YamlException(start.Start, start.End, "a value is missing"),
        };
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored && start is not AnchorAlias)
        {
            _anchors[anchored.Anchor.Value] = node;
        }
        return node;
    }

    // An alias is the node it names, not a copy, so nested aliases cost nothing; a loop cannot arise, because a node has its
    // name only after its end.
    private YamlNode Aliased(AnchorAlias alias)
    {
        if (++_aliases > MaxAliases)
        {
            throw new YamlException(alias.Start, alias.End, $"more than {MaxAliases} aliases");
        }
        return _anchors.TryGetValue(alias.Value.Value, out YamlNode? node)
            ? node
            : throw new YamlException(alias.Start, alias.End, $"no anchor '{alias.Value.Value}' stands before this alias");
    }

    private List<YamlNode> Items(int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }
        return items;
    }

    private List<(YamlScalar, YamlNode)> Entries(int depth)
    {
        var entries = new List<(YamlScalar Key, YamlNode Value)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            YamlNode key = Node(depth + 1);
            YamlNode value = Node(depth + 1);
            if (key is not YamlScalar name)
            {
                _mistakes.Add(key, $"{key.Kind} stands where a key should", "a word");
            }
            else if (!names.Add(name.Text))
            {
                _mistakes.Add(key, $"key '{name.Text}' stands twice", "each key once");
            }
            else
            {
                entries.Add((name, value));
            }
        }
        return entries;
    }

    private static string Said(YamlException e)
    {
        string text = e.InnerException?.Message ?? e.Message;
        int end = text.LastIndexOf("): ", StringComparison.Ordinal);
        text = (end >= 0 && text.StartsWith('(') ? text[(end + 3)..] : text).TrimEnd('.');
        return text.Length == 0 ? "it cannot be read" : char.ToLowerInvariant(text[0]) + text[1..].ReplaceLineEndings(" ");
    }

    // The parser names the block that the tab broke; a person looks for the tab.
    private static void Refuse(YamlException e, string yaml, SiteMistakes mistakes)
    {
        int line = 1;
        foreach (ReadOnlySpan<char> text in yaml.AsSpan().EnumerateLines())
        {
            int tab = text[..^text.TrimStart(" \t").Length].IndexOf('\t');
            if (tab >= 0 && line >= e.Start.Line && Said(e).Contains("tab", StringComparison.Ordinal))
            {
                mistakes.Add(line, tab + 1, "a tab stands in the indentation", "spaces only");
                return;
            }
            line++;
        }
        mistakes.Add((int)e.Start.Line, (int)e.Start.Column, $"not YAML ({Said(e)})", "YAML 1.2");
    }
}
