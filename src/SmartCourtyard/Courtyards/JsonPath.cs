using System.Buffers;
using System.Globalization;
using System.Text;

namespace SmartCourtyard.Courtyards;

/// <summary>One step into a JSON document: a member of an object or an item of a list.</summary>
/// <param name="Member">The member's name; null where the step is an item.</param>
/// <param name="Index">The item's place, from 0; from the end where negative.</param>
public readonly record struct JsonStep(string? Member, int Index);

/// <summary>
/// Where a value stands in a JSON document: <c>$.a.b[0]['c d']</c>. <c>$</c> alone is the whole payload, also where it is plain text.
/// </summary>
public sealed record JsonPath
{
    /// <summary>What a path may look like, for messages to people.</summary>
    public const string Allowed = "a JSON path: $ for the whole payload, or for example $.values.gas, $.list[0] or $['a name']";

    private const int MostSteps = 32;

    private static readonly SearchValues<char> NotPlain = SearchValues.Create(" ]'\"*$");

    private JsonPath(string text, IReadOnlyList<JsonStep> steps) => (Text, Steps) = (text, steps);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>From the outside in; empty for the whole payload.</summary>
    public IReadOnlyList<JsonStep> Steps { get; }

    /// <summary>Reads a path; null where the text is none (<see cref="Allowed"/> says what is one). At most 32 steps.</summary>
    public static JsonPath? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var steps = new List<JsonStep>();
        ReadOnlySpan<char> rest = text;
        if (rest.IsEmpty || rest[0] != '$')
        {
            return null;
        }
        for (rest = rest[1..]; !rest.IsEmpty;)
        {
            JsonStep? step = rest[0] switch
            {
                '.' => Member(ref rest),
                '[' => Bracket(ref rest),
                _ => null,
            };
            if (step is null || steps.Count == MostSteps)
            {
                return null;
            }
            steps.Add(step.Value);
        }
        return new JsonPath(text, steps);
    }

    /// <inheritdoc />
    public bool Equals(JsonPath? other) => other is not null && Text == other.Text;

    /// <inheritdoc />
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => Text;

    private static JsonStep? Member(ref ReadOnlySpan<char> rest)
    {
        rest = rest[1..];
        int end = rest.IndexOfAny('.', '[');
        ReadOnlySpan<char> name = end < 0 ? rest : rest[..end];
        rest = rest[name.Length..];
        return name.IsEmpty || name.ContainsAny(NotPlain) ? null : new JsonStep(name.ToString(), 0);
    }

    private static JsonStep? Bracket(ref ReadOnlySpan<char> rest)
    {
        rest = rest[1..];
        if (!rest.IsEmpty && rest[0] is '\'' or '"')
        {
            return Quoted(ref rest);
        }
        int end = rest.IndexOf(']');
        if (end < 0 || !int.TryParse(rest[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
        {
            return null;
        }
        rest = rest[(end + 1)..];
        return new JsonStep(null, index);
    }

    // A quote or a backslash inside the name is written with a backslash before it.
    private static JsonStep? Quoted(ref ReadOnlySpan<char> rest)
    {
        var name = new StringBuilder();
        char quote = rest[0];
        int i = 1;
        for (; i < rest.Length && rest[i] != quote; i++)
        {
            i += rest[i] == '\\' && i + 1 < rest.Length ? 1 : 0;
            name.Append(rest[i]);
        }
        if (i + 1 >= rest.Length || rest[i + 1] != ']')
        {
            return null;
        }
        rest = rest[(i + 2)..];
        return new JsonStep(name.ToString(), 0);
    }
}
