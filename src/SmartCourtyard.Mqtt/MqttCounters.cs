namespace SmartCourtyard.Mqtt;

/// <summary>What a client counted since it was made. Every value only grows; reading is safe at any time.</summary>
public sealed class MqttCounters
{
    internal long ReceivedCount, RedeliveredCount, AcknowledgedCount, BatchCount, ReceiverFailureCount, SuppressedCount, OversizedCount;
    internal long MalformedCloseCount, AttemptCount, ConnectionCount, BytesReceivedCount, BytesSentCount, ReadCount, PublishedCount, ConfirmedCount;

    internal MqttCounters()
    {
    }

    /// <summary>PUBLISH packets that arrived, of any quality of service, repeated ones too.</summary>
    public long Received => Volatile.Read(ref ReceivedCount);

    /// <summary>Those among <see cref="Received"/> that the broker marked as sent before.</summary>
    public long Redelivered => Volatile.Read(ref RedeliveredCount);

    /// <summary>PUBACK and PUBREC packets handed to the network.</summary>
    public long Acknowledged => Volatile.Read(ref AcknowledgedCount);

    /// <summary>Calls of the receiver.</summary>
    public long Batches => Volatile.Read(ref BatchCount);

    /// <summary>Batches the receiver did not take.</summary>
    public long ReceiverFailures => Volatile.Read(ref ReceiverFailureCount);

    /// <summary>Repeated exactly-once messages that were not handed over again.</summary>
    public long Suppressed => Volatile.Read(ref SuppressedCount);

    /// <summary>Messages over the packet limit that an MQTT 3.1.1 broker sent and that were acknowledged and skipped.</summary>
    public long Oversized => Volatile.Read(ref OversizedCount);

    /// <summary>Connections closed from here because of a packet the standard does not allow.</summary>
    public long MalformedCloses => Volatile.Read(ref MalformedCloseCount);

    /// <summary>TCP connections tried.</summary>
    public long Attempts => Volatile.Read(ref AttemptCount);

    /// <summary>Connections that the broker accepted.</summary>
    public long Connections => Volatile.Read(ref ConnectionCount);

    /// <summary>Connections that the broker accepted after the first.</summary>
    public long Reconnects => Math.Max(0, Connections - 1);

    /// <summary>Bytes that arrived, after decryption.</summary>
    public long BytesReceived => Volatile.Read(ref BytesReceivedCount);

    /// <summary>Bytes handed to the network, before encryption.</summary>
    public long BytesSent => Volatile.Read(ref BytesSentCount);

    /// <summary>Reads that brought bytes; against <see cref="Received"/> it shows how well reads gather.</summary>
    public long Reads => Volatile.Read(ref ReadCount);

    /// <summary>Own publications handed to a connection.</summary>
    public long Published => Volatile.Read(ref PublishedCount);

    /// <summary>Own publications that the broker confirmed by PUBACK.</summary>
    public long Confirmed => Volatile.Read(ref ConfirmedCount);
}
