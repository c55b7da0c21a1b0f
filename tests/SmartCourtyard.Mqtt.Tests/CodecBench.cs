namespace SmartCourtyard.Mqtt.Tests;

/// <summary>The decoding half of a connection without a network: bytes in, messages and answers out.</summary>
internal sealed class CodecBench : IDisposable
{
    private readonly Inbox _inbox = new();
    private readonly PacketHandler _packets;
    private readonly Delivery _delivery;

    internal CodecBench(MqttProtocol protocol, int maximumPacketSize = 1 << 20, int receiveMaximum = 65_535, bool keep = true)
    {
        MqttCounters counters = new();
        Outbox outbox = new(Answers, counters);
        Session session = new([], []);
        InboundFlow inbound = new(session.ExactlyOnce, receiveMaximum);
        Func<ReadOnlyMemory<MqttMessage>, CancellationToken, ValueTask<bool>> receive = (batch, _) =>
        {
            Count += batch.Length;
            for (int i = 0; keep && i < batch.Length; i++)
            {
                MqttMessage message = batch.Span[i];
                Messages.Add((message, message.Payload.ToArray()));
            }

            return ValueTask.FromResult(true);
        };
        _delivery = new Delivery(receive, outbox, inbound, counters, CancellationToken.None);
        _packets = new PacketHandler(protocol, maximumPacketSize, session, _delivery, inbound, new OutboundFlow(10, outbox, protocol, counters), outbox, counters);
    }

    internal MemoryStream Answers { get; } = new();

    internal List<(MqttMessage Message, byte[] Payload)> Messages { get; } = [];

    internal int Count { get; private set; }

    public void Dispose()
    {
        _delivery.Discard();
        _inbox.Dispose();
        Answers.Dispose();
    }

    internal Closure? Read(ReadOnlySpan<byte> bytes)
    {
        Closure? closure = null;
        while (!bytes.IsEmpty && closure is null)
        {
            Span<byte> space = _inbox.Space().Span;
            int count = Math.Min(space.Length, bytes.Length);
            bytes[..count].CopyTo(space);
            _inbox.Filled(count);
            bytes = bytes[count..];
            closure = _packets.HandleArrived(_inbox);
            _delivery.Start();
        }

        return closure;
    }
}
