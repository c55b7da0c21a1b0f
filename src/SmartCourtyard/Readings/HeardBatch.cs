namespace SmartCourtyard.Readings;

/// <summary>
/// What one read from a connection brought: the readings of its messages, in order of arrival, message by message. Filled by one
/// device family and not changed after it is handed over.
/// </summary>
public sealed class HeardBatch
{
    private readonly List<Reading> _readings = [];
    private readonly List<(int End, long Delivery, bool Redelivered)> _messages = [];

    /// <summary>All readings, in order.</summary>
    public IReadOnlyList<Reading> Readings => _readings;

    /// <summary>How many messages there are.</summary>
    public int Count => _messages.Count;

    /// <summary>
    /// Whether the giver keeps the messages until it is told that they are safe. Where it does not, nobody waits for the answer.
    /// </summary>
    public bool Custody { get; init; }

    /// <summary>Where a decoder puts the readings of the message at hand; <see cref="EndMessage"/> closes it.</summary>
    public List<Reading> Open => _readings;

    /// <summary>Closes the message whose readings were added last. One that speaks of several devices, one after the other, counts as
    /// one of each. A message without readings leaves no trace.</summary>
    /// <param name="delivery">A fingerprint of this delivery (packet and content), the same when it is delivered again.</param>
    /// <param name="redelivered">The giver says that it may have delivered this before.</param>
    public void EndMessage(long delivery, bool redelivered)
    {
        var begin = _messages.Count == 0 ? 0 : _messages[^1].End;
        for (var end = begin + 1; end <= _readings.Count; end++)
        {
            if (end == _readings.Count || !ReferenceEquals(_readings[end].Device, _readings[end - 1].Device))
            {
                _messages.Add((end, delivery, redelivered));
                delivery += delivery == 0 ? 0 : 1;
            }
        }
    }

    /// <summary>One message: its readings, and the fingerprint of its delivery.</summary>
    public ReadOnlySpan<Reading> Message(int index, out long delivery, out bool redelivered)
    {
        var begin = index == 0 ? 0 : _messages[index - 1].End;
        (var end, delivery, redelivered) = _messages[index];
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_readings)[begin..end];
    }
}
