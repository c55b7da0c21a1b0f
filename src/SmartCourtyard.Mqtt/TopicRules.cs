using System.Text;
using System.Text.Unicode;

namespace SmartCourtyard.Mqtt;

/// <summary>What the standard allows in strings, topic names and topic filters (MQTT 5, 1.5.4 and 4.7).</summary>
internal static class TopicRules
{
    private static readonly UTF8Encoding s_strict = new(false, true);

    internal static bool IsText(string? text)
    {
        if (text is null || text.Contains('\0'))
        {
            return false;
        }

        try
        {
            return s_strict.GetByteCount(text) <= ushort.MaxValue;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    internal static bool IsName(string? topic) => IsText(topic) && topic!.Length > 0 && !topic.AsSpan().ContainsAny('+', '#');

    internal static bool IsFilter(string? filter)
    {
        if (!IsText(filter) || filter!.Length == 0)
        {
            return false;
        }

        string[] levels = filter.Split('/');
        for (int i = 0; i < levels.Length; i++)
        {
            if ((levels[i].Contains('#') && (levels[i].Length > 1 || i < levels.Length - 1)) || (levels[i].Contains('+') && levels[i].Length > 1))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool IsText(ReadOnlySpan<byte> utf8) => !utf8.Contains((byte)0) && Utf8.IsValid(utf8);

    internal static bool HasWildcard(ReadOnlySpan<byte> utf8) => utf8.IndexOfAny((byte)'+', (byte)'#') >= 0;
}
