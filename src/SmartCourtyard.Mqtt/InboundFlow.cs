namespace SmartCourtyard.Mqtt;

/// <summary>The exactly-once messages of a session that the broker has not released yet. Outlives connections, not the process.</summary>
internal sealed class ExactlyOnce
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, bool> _takenById = [];

    internal enum Seen
    {
        Never,
        UnderWay,
        Taken,
    }

    internal Seen Arrived(ushort packetId)
    {
        lock (_gate)
        {
            if (_takenById.TryGetValue(packetId, out bool taken))
            {
                return taken ? Seen.Taken : Seen.UnderWay;
            }

            _takenById[packetId] = false;
            return Seen.Never;
        }
    }

    internal void Taken(ushort packetId)
    {
        lock (_gate)
        {
            _takenById[packetId] = true;
        }
    }

    internal bool Released(ushort packetId)
    {
        lock (_gate)
        {
            return _takenById.Remove(packetId);
        }
    }

    /// <summary>What the receiver did not take is new when it comes again.</summary>
    internal void ForgetUntaken()
    {
        lock (_gate)
        {
            foreach ((ushort packetId, bool taken) in _takenById)
            {
                if (!taken)
                {
                    _takenById.Remove(packetId);
                }
            }
        }
    }

    internal void Clear()
    {
        lock (_gate)
        {
            _takenById.Clear();
        }
    }
}

/// <summary>Counts the unacknowledged messages of one connection against the Receive Maximum (MQTT 5, 4.9).</summary>
internal sealed class InboundFlow(ExactlyOnce exactlyOnce, int receiveMaximum)
{
    private int _unanswered;

    /// <summary>False if the broker sent more than it may.</summary>
    internal bool Arrived() => Interlocked.Increment(ref _unanswered) <= receiveMaximum;

    /// <summary>A QoS 1 message ends with its PUBACK, a QoS 2 message with PUBCOMP.</summary>
    internal void Answering(PacketType type, ushort packetId)
    {
        if (type == PacketType.PubRec)
        {
            exactlyOnce.Taken(packetId);
        }
        else
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }

    internal bool Released(ushort packetId)
    {
        bool known = exactlyOnce.Released(packetId);
        if (known && Volatile.Read(ref _unanswered) > 0)
        {
            // Released after a reconnect, it was counted on the connection before.
            Interlocked.Decrement(ref _unanswered);
        }

        return known;
    }
}
