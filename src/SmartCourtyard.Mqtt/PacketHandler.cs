using System.Buffers;

namespace SmartCourtyard.Mqtt;

/// <summary>Takes complete packets out of the inbox: messages go to the delivery, everything else is settled at once, also while a commit is under way.</summary>
internal sealed class PacketHandler(
    MqttProtocol protocol, int maximumPacketSize, Session session, Delivery delivery, InboundFlow inbound, OutboundFlow outbound, Outbox outbox, MqttCounters counters)
{
    private readonly TopicAliases _topics = new(session.Topics, PacketWriter.TopicAliasMaximum);
    private readonly ArrayBufferWriter<byte> _answer = new(8);

    /// <summary>Null if all is well, else why the connection must end.</summary>
    internal Closure? HandleArrived(Inbox inbox)
    {
        while (true)
        {
            FrameStatus status = Frame.TryRead(inbox.Unread, out Frame frame);
            if (status == FrameStatus.Malformed)
            {
                return Closure.Malformed(ReasonCode.MalformedPacket, "remaining length");
            }

            if (status == FrameStatus.Incomplete)
            {
                return null;
            }

            if (frame.TotalLength > maximumPacketSize)
            {
                if (protocol == MqttProtocol.V5 || frame.Type != PacketType.Publish)
                {
                    return Closure.Malformed(ReasonCode.PacketTooLarge, $"{frame.Type} of {frame.TotalLength} bytes");
                }

                if (!SkipOversized(inbox, frame))
                {
                    return null;
                }

                continue;
            }

            if (inbox.Unread.Length < frame.TotalLength)
            {
                inbox.Reserve(frame.TotalLength);
                return null;
            }

            if (Handle(inbox, frame) is { } closure)
            {
                return closure;
            }

            inbox.Consume(frame.TotalLength);
        }
    }

    private Closure? Handle(Inbox inbox, Frame frame)
    {
        ReadOnlySpan<byte> body = inbox.Unread.Slice(frame.HeaderLength, frame.BodyLength);
        ReasonCode error;
        switch (frame.Type)
        {
            case PacketType.Publish:
                error = Publish(inbox, frame, body);
                break;
            case PacketType.PubAck:
                error = AcknowledgePacket.TryDecode(frame.Type, frame.Flags, body, protocol, out AcknowledgePacket acknowledge);
                Confirmed(error, acknowledge);
                break;
            case PacketType.PubRel:
                error = AcknowledgePacket.TryDecode(frame.Type, frame.Flags, body, protocol, out AcknowledgePacket release);
                Released(error, release);
                break;
            case PacketType.SubAck:
                error = SubAckPacket.TryDecode(frame.Flags, body, protocol, out SubAckPacket subscribed);
                error = error == ReasonCode.Success && !outbound.SubscribeAnswered(subscribed.PacketId, subscribed.Codes) ? ReasonCode.ProtocolError : error;
                break;
            case PacketType.UnsubAck:
                error = UnsubAckPacket.TryDecode(frame.Flags, body, protocol, out UnsubAckPacket unsubscribed);
                error = error == ReasonCode.Success && !outbound.SubscribeAnswered(unsubscribed.PacketId, []) ? ReasonCode.ProtocolError : error;
                break;
            case PacketType.PingResp:
                error = frame.Flags == 0 && body.IsEmpty ? ReasonCode.Success : ReasonCode.MalformedPacket;
                break;
            case PacketType.Disconnect:
                error = DisconnectPacket.TryDecode(frame.Flags, body, protocol, out DisconnectPacket farewell);
                if (error == ReasonCode.Success)
                {
                    return Disconnected(farewell);
                }

                break;
            default:
                // Also PUBREC and PUBCOMP: this client never publishes exactly once.
                error = frame.Type is 0 ? ReasonCode.MalformedPacket : ReasonCode.ProtocolError;
                break;
        }

        return error == ReasonCode.Success ? null : Closure.Malformed(error, frame.Type.ToString());
    }

    private ReasonCode Publish(Inbox inbox, Frame frame, ReadOnlySpan<byte> body)
    {
        ReasonCode error = PublishPacket.TryDecode(frame.Flags, body, protocol, _topics, out PublishPacket packet);
        if (error != ReasonCode.Success)
        {
            return error;
        }

        Interlocked.Increment(ref counters.ReceivedCount);
        if (packet.Duplicate)
        {
            Interlocked.Increment(ref counters.RedeliveredCount);
        }

        if (packet.Qos == MqttQos.ExactlyOnce && SeenBefore(packet.PacketId))
        {
            return ReasonCode.Success;
        }

        if (packet.Qos != MqttQos.AtMostOnce && !inbound.Arrived())
        {
            return ReasonCode.ReceiveMaximumExceeded;
        }

        int payload = frame.HeaderLength + packet.PayloadStart;
        MqttMessage message = new()
        {
            Topic = packet.Topic,
            Payload = inbox.Slice(payload, frame.TotalLength - payload),
            Qos = packet.Qos,
            Retain = packet.Retain,
            Duplicate = packet.Duplicate,
            PacketId = packet.PacketId,
            UserProperties = packet.UserProperties!,
            ResponseTopic = packet.ResponseTopic,
            CorrelationData = packet.Correlation,
        };
        delivery.Add(message, inbox.Block, frame.TotalLength, AnswerTo(packet.Qos));
        return ReasonCode.Success;
    }

    private static PacketType AnswerTo(MqttQos qos) => qos switch
    {
        MqttQos.AtMostOnce => default,
        MqttQos.AtLeastOnce => PacketType.PubAck,
        _ => PacketType.PubRec,
    };

    private bool SeenBefore(ushort packetId)
    {
        ExactlyOnce.Seen seen = session.ExactlyOnce.Arrived(packetId);
        if (seen == ExactlyOnce.Seen.Never)
        {
            return false;
        }

        Interlocked.Increment(ref counters.SuppressedCount);
        if (seen == ExactlyOnce.Seen.Taken)
        {
            delivery.AddAnswer(PacketType.PubRec, packetId);
        }

        return true;
    }

    private void Confirmed(ReasonCode error, AcknowledgePacket packet)
    {
        if (error != ReasonCode.Success)
        {
            return;
        }

        bool refused = packet.Code >= 0x80;
        if (outbound.PublishAnswered(packet.PacketId, refused ? MqttPublishResult.Refused : MqttPublishResult.Confirmed) && !refused)
        {
            Interlocked.Increment(ref counters.ConfirmedCount);
        }
    }

    private void Released(ReasonCode error, AcknowledgePacket packet)
    {
        if (error != ReasonCode.Success)
        {
            return;
        }

        ReasonCode code = inbound.Released(packet.PacketId) ? ReasonCode.Success : ReasonCode.PacketIdNotFound;
        _answer.ResetWrittenCount();
        PacketWriter.Acknowledge(_answer, PacketType.PubComp, packet.PacketId, code, protocol);
        outbox.Post(_answer.WrittenSpan);
    }

    private static Closure Disconnected(DisconnectPacket farewell) => new(
        farewell.Code == ReasonCode.SessionTakenOver ? MqttReason.SessionTakenOver : MqttReason.ServerDisconnected,
        $"{farewell.Code} {farewell.ReasonString}".Trim());

    /// <summary>MQTT 3.1.1 cannot tell a broker what is too large. Unacknowledged, such a message would come back for ever and nothing behind it would pass.</summary>
    private bool SkipOversized(Inbox inbox, Frame frame)
    {
        int needed = Math.Min(frame.TotalLength, frame.HeaderLength + 2 + ushort.MaxValue + 2);
        inbox.Reserve(needed);
        if (inbox.Unread.Length < needed)
        {
            return false;
        }

        PacketReader reader = new(inbox.Unread[frame.HeaderLength..needed]);
        reader.Binary();
        ushort packetId = reader.UInt16();
        int qos = (frame.Flags >> 1) & 3;
        if (qos > 0 && reader.Error == ReasonCode.Success)
        {
            delivery.AddAnswer(qos == 1 ? PacketType.PubAck : PacketType.PubRec, packetId);
        }

        Interlocked.Increment(ref counters.OversizedCount);
        inbox.Consume(frame.TotalLength);
        return true;
    }
}
