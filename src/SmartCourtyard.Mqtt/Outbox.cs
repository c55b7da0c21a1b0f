using System.Buffers;
using System.Net.Sockets;

namespace SmartCourtyard.Mqtt;

/// <summary>Everything that leaves a connection. What is posted while a write is under way leaves together in the next one.</summary>
internal sealed class Outbox(Stream stream, MqttCounters counters)
{
    private const int KeptCapacity = 256 * 1024;
    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _filling = new(1024);
    private ArrayBufferWriter<byte> _leaving = new(1024);
    private TaskCompletionSource<bool>? _filled;
    private bool _writing;
    private bool _closed;

    /// <summary>False if the connection takes nothing more.</summary>
    internal bool Post(ReadOnlySpan<byte> packets)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _filling.Write(packets);
            if (!StartWriting())
            {
                return true;
            }
        }

        _ = WriteAsync();
        return true;
    }

    /// <summary>The task says whether the bytes were handed to the network.</summary>
    internal Task<bool> SendAsync(ReadOnlySpan<byte> packet)
    {
        Task<bool> written;
        lock (_gate)
        {
            if (_closed)
            {
                return Task.FromResult(false);
            }

            _filling.Write(packet);
            written = WhenFilledLeft();
            if (!StartWriting())
            {
                return written;
            }
        }

        _ = WriteAsync();
        return written;
    }

    internal Task<bool> PublishAsync(Publication publication, ushort packetId, MqttProtocol protocol)
    {
        Task<bool> written;
        lock (_gate)
        {
            if (_closed)
            {
                return Task.FromResult(false);
            }

            PacketWriter.Publish(_filling, publication.Topic, publication.Payload.Span, publication.Qos, publication.Retain, packetId, protocol, publication.Properties);
            written = publication.Qos == MqttQos.AtMostOnce ? WhenFilledLeft() : Task.FromResult(true);
            if (!StartWriting())
            {
                return written;
            }
        }

        _ = WriteAsync();
        return written;
    }

    /// <summary>Nothing more leaves; what waits is reported as not sent.</summary>
    internal void Close()
    {
        TaskCompletionSource<bool>? waiting;
        lock (_gate)
        {
            _closed = true;
            _filling.ResetWrittenCount();
            waiting = _filled;
            _filled = null;
        }

        waiting?.TrySetResult(false);
    }

    private Task<bool> WhenFilledLeft() => (_filled ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private bool StartWriting()
    {
        bool start = !_writing;
        _writing = true;
        return start;
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            TaskCompletionSource<bool>? written;
            lock (_gate)
            {
                if (_filling.WrittenCount == 0)
                {
                    _writing = false;
                    return;
                }

                (_filling, _leaving) = (_leaving, _filling);
                written = _filled;
                _filled = null;
            }

            bool sent = await WriteOnceAsync();
            written?.TrySetResult(sent);
            if (!sent)
            {
                Close();
            }
        }
    }

    private async ValueTask<bool> WriteOnceAsync()
    {
        try
        {
            await stream.WriteAsync(_leaving.WrittenMemory).ConfigureAwait(false);
            Interlocked.Add(ref counters.BytesSentCount, _leaving.WrittenCount);
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The reading side sees the same end, after it has read everything that still came in.
            return false;
        }
        finally
        {
            _leaving.ResetWrittenCount();
            if (_leaving.Capacity > KeptCapacity)
            {
                _leaving = new ArrayBufferWriter<byte>(1024);
            }
        }
    }
}
