using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace SmartCourtyard.Mqtt;

/// <summary>Why a connection ended or never came about, and what the broker is told with DISCONNECT, if anything.</summary>
internal sealed record Closure(MqttReason Reason, string? Detail = null, ReasonCode? Tell = null)
{
    internal static Closure Malformed(ReasonCode code, string what) =>
        new(code == ReasonCode.PacketTooLarge ? MqttReason.PacketTooLarge : MqttReason.MalformedPacket, $"{what}: {code}", code);
}

/// <summary>A broker that said yes: the stream, the limits it set, and the bytes that came after its CONNACK.</summary>
internal sealed record Welcome(Transport Transport, MqttProtocol Protocol, ConnAckPacket Limits, Inbox Inbox);

/// <summary>Opens the stream, sends CONNECT and judges CONNACK.</summary>
internal sealed class Handshake(MqttOptions options, MqttCounters counters, TimeProvider time)
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private int _silentCloses;

    /// <summary>MQTT 5 first. A broker that refuses the version, or twice closes without a word, is asked again in 3.1.1.</summary>
    internal async Task<(Welcome? Welcome, Closure? Refusal)> OpenAsync(CancellationToken stop)
    {
        (Welcome? welcome, Closure? refusal) = await TryAsync(MqttProtocol.V5, stop).ConfigureAwait(false);
        _silentCloses = refusal?.Reason == MqttReason.PeerClosed ? _silentCloses + 1 : 0;
        if (refusal?.Reason == MqttReason.ProtocolRefused || _silentCloses >= 2)
        {
            (welcome, refusal) = await TryAsync(MqttProtocol.V311, stop).ConfigureAwait(false);
        }

        return (welcome, refusal);
    }

    private async Task<(Welcome? Welcome, Closure? Refusal)> TryAsync(MqttProtocol protocol, CancellationToken stop)
    {
        Interlocked.Increment(ref counters.AttemptCount);
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        Transport? transport = null;
        Inbox inbox = new();
        Welcome? welcome = null;
        try
        {
            transport = await Transport.ConnectAsync(options, either.Token).ConfigureAwait(false);
            byte[] connect = PacketWriter.Connect(options, protocol);
            await transport.Stream.WriteAsync(connect, either.Token).ConfigureAwait(false);
            Interlocked.Add(ref counters.BytesSentCount, connect.Length);
            (ConnAckPacket limits, Closure? refusal) = await AnswerAsync(transport.Stream, inbox, protocol, either.Token).ConfigureAwait(false);
            welcome = refusal is null ? new Welcome(transport, protocol, limits, inbox) : null;
            return (welcome, refusal);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, new Closure(MqttReason.ConnectTimedOut, $"no answer from {options.Host}:{options.Port} within {Patience.TotalSeconds} s"));
        }
        catch (AuthenticationException e)
        {
            return (null, new Closure(MqttReason.TlsRefused, $"{e.Message} {e.InnerException?.Message}".Trim()));
        }
        catch (CryptographicException e)
        {
            return (null, new Closure(MqttReason.TlsRefused, $"CA file {options.CaFile}: {e.Message}"));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return (null, new Closure(transport is null ? MqttReason.Unreachable : MqttReason.PeerClosed, $"{options.Host}:{options.Port}: {e.Message}"));
        }
        finally
        {
            if (welcome is null)
            {
                inbox.Dispose();
                if (transport is not null)
                {
                    await transport.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<(ConnAckPacket Limits, Closure? Refusal)> AnswerAsync(Stream stream, Inbox inbox, MqttProtocol protocol, CancellationToken cancel)
    {
        while (true)
        {
            FrameStatus status = Frame.TryRead(inbox.Unread, out Frame frame);
            if (status == FrameStatus.Malformed || (status == FrameStatus.Known && (frame.Type != PacketType.ConnAck || frame.TotalLength > options.MaximumPacketSize)))
            {
                Interlocked.Increment(ref counters.MalformedCloseCount);
                return (default, Closure.Malformed(ReasonCode.ProtocolError, "the first packet is no CONNACK"));
            }

            if (status == FrameStatus.Known && inbox.Unread.Length >= frame.TotalLength)
            {
                ReasonCode error = ConnAckPacket.TryDecode(frame.Flags, inbox.Unread.Slice(frame.HeaderLength, frame.BodyLength), protocol, out ConnAckPacket answer);
                inbox.Consume(frame.TotalLength);
                return (answer, error == ReasonCode.Success ? Judge(answer, protocol) : Broken(error));
            }

            inbox.Reserve(Math.Max(frame.TotalLength, 1024));
            int count = await stream.ReadAsync(inbox.Space(), cancel).ConfigureAwait(false);
            if (count == 0)
            {
                return (default, new Closure(MqttReason.PeerClosed, "closed before CONNACK"));
            }

            Interlocked.Add(ref counters.BytesReceivedCount, count);
            inbox.Filled(count);
        }
    }

    private Closure Broken(ReasonCode error)
    {
        Interlocked.Increment(ref counters.MalformedCloseCount);
        return Closure.Malformed(error, "CONNACK");
    }

    private Closure? Judge(ConnAckPacket answer, MqttProtocol protocol)
    {
        if (answer.Code == 0)
        {
            // MQTT-3.2.2-4: a session that should not be there belongs to a broker that did not listen.
            return answer.SessionPresent && options.CleanStart ? Broken(ReasonCode.ProtocolError) : null;
        }

        MqttReason reason = protocol == MqttProtocol.V311 || answer.Code == 1 ? OldReason(answer.Code) : NewReason((ReasonCode)answer.Code);
        return new Closure(reason, $"CONNACK {(protocol == MqttProtocol.V5 && answer.Code > 1 ? (ReasonCode)answer.Code : answer.Code)} {answer.ReasonString}".Trim());
    }

    private static MqttReason OldReason(byte code) => code switch
    {
        1 => MqttReason.ProtocolRefused,
        2 => MqttReason.ClientIdRefused,
        4 => MqttReason.BadCredentials,
        5 => MqttReason.NotAuthorized,
        _ => MqttReason.ConnectRefused,
    };

    private static MqttReason NewReason(ReasonCode code) => code switch
    {
        ReasonCode.UnsupportedProtocolVersion => MqttReason.ProtocolRefused,
        ReasonCode.ClientIdNotValid => MqttReason.ClientIdRefused,
        ReasonCode.BadCredentials => MqttReason.BadCredentials,
        ReasonCode.NotAuthorized or ReasonCode.Banned => MqttReason.NotAuthorized,
        _ => MqttReason.ConnectRefused,
    };
}
