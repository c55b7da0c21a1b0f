using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// Which topic filters the session with custody may have at the broker, on disk: always written before the broker is asked. So a
/// filter is found and taken back even if its device left the site file while no gateway ran.
/// </summary>
/// <param name="path">The file; null: nothing is kept.</param>
internal sealed class SubscribedMemory(string? path)
{
    private HashSet<string> _kept = [];

    /// <summary>What an earlier gateway, or an earlier site file of this one, left behind.</summary>
    public IReadOnlyCollection<string> ReadAgain() => _kept = [.. (KeptFile.Read(path, SubscribedJson.Default.StringArray) ?? []).Where(TopicFilters.IsFilter)];

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Keep(IEnumerable<string> filters)
    {
        HashSet<string> next = [.. filters];
        if (path is null || next.SetEquals(_kept))
        {
            return;
        }
        KeptFile.Replace(path, [.. next.Order(StringComparer.Ordinal)], SubscribedJson.Default.StringArray);
        _kept = next;
    }
}

[JsonSerializable(typeof(string[]))]
internal sealed partial class SubscribedJson : JsonSerializerContext;
