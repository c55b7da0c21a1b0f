using System.Text;

namespace SmartCourtyard.Mqtt;

/// <summary>Turns the bytes of a topic into a string that is made, and checked, once. Bounded: two places for each hash, the older one gives way.</summary>
internal sealed class TopicCache
{
    private const int Sets = 4096;
    private const int LongestKept = 256;
    private readonly Entry?[] _entries = new Entry?[Sets * 2];

    internal ReasonCode Find(ReadOnlySpan<byte> utf8, out string topic)
    {
        HashCode hash = default;
        hash.AddBytes(utf8);
        int set = (hash.ToHashCode() & (Sets - 1)) * 2;
        Entry? first = _entries[set];
        if (first is not null && utf8.SequenceEqual(first.Utf8))
        {
            topic = first.Text;
            return ReasonCode.Success;
        }

        Entry? second = _entries[set + 1];
        if (second is not null && utf8.SequenceEqual(second.Utf8))
        {
            topic = second.Text;
            return ReasonCode.Success;
        }

        return Add(utf8, set, out topic);
    }

    private ReasonCode Add(ReadOnlySpan<byte> utf8, int set, out string topic)
    {
        topic = "";
        if (!TopicRules.IsText(utf8))
        {
            return ReasonCode.MalformedPacket;
        }

        if (TopicRules.HasWildcard(utf8))
        {
            return ReasonCode.TopicNameInvalid;
        }

        topic = Encoding.UTF8.GetString(utf8);
        if (utf8.Length <= LongestKept)
        {
            _entries[set + 1] = _entries[set];
            _entries[set] = new Entry(utf8.ToArray(), topic);
        }

        return ReasonCode.Success;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
