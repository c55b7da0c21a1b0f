using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;

/// <summary>Takes apart the topics that Tasmota devices make by the FullTopics of the site, and by the usual one.</summary>
internal sealed class TasmotaTopics(IEnumerable<(string FullTopic, TasmotaWords Words)> devices)
{
    private readonly (string Before, string After)[] _routes =
    [
        .. devices.Append((TasmotaSource.UsualFullTopic, TasmotaWords.Usual)).SelectMany(Routes).Distinct(),
    ];

    /// <summary>Finds whose topic it is and what is said there: <c>tele/b3_301/SENSOR</c> is SENSOR of b3_301.</summary>
    public bool TryFind(ReadOnlySpan<char> topic, out ReadOnlySpan<char> name, out ReadOnlySpan<char> command)
    {
        int slash = topic.LastIndexOf('/');
        ReadOnlySpan<char> full = topic[..(slash + 1)];
        command = topic[(slash + 1)..];
        foreach ((string before, string after) in _routes)
        {
            if (full.Length > before.Length + after.Length && full.StartsWith(before, StringComparison.Ordinal) && full.EndsWith(after, StringComparison.Ordinal))
            {
                name = full[before.Length..^after.Length];
                return true;
            }
        }
        name = default;
        return false;
    }

    private static IEnumerable<(string, string)> Routes((string FullTopic, TasmotaWords Words) device)
    {
        string fullTopic = device.FullTopic;
        int at = fullTopic.IndexOf("%topic%", StringComparison.Ordinal);
        foreach (string prefix in new[] { device.Words.Tele, device.Words.Stat })
        {
            yield return (fullTopic[..at].Replace("%prefix%", prefix, StringComparison.Ordinal),
                fullTopic[(at + "%topic%".Length)..].Replace("%prefix%", prefix, StringComparison.Ordinal));
        }
    }
}
