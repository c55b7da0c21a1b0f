using System.Buffers;
using System.Runtime.InteropServices;

namespace SmartCourtyard.Mqtt;

/// <summary>Messages that came together, and the answers that the broker gets for them, in the order of arrival.</summary>
internal sealed class DeliveryBatch
{
    private const int KeptCapacity = 4096;
    private readonly List<ReceiveBlock> _blocks = [];
    private MqttMessage[] _messages = new MqttMessage[16];
    private int _count;

    internal List<(PacketType Type, ushort PacketId)> Answers { get; } = [];

    internal int Bytes { get; private set; }

    internal int Count => _count;

    internal bool IsEmpty => _count == 0 && Answers.Count == 0;

    internal ReadOnlyMemory<MqttMessage> Messages => _messages.AsMemory(0, _count);

    internal void Add(in MqttMessage message, ReceiveBlock block, int size)
    {
        if (_count == _messages.Length)
        {
            Array.Resize(ref _messages, _count * 2);
        }

        _messages[_count++] = message;
        Bytes += size;
        if (_blocks.Count == 0 || _blocks[^1] != block)
        {
            block.Share();
            _blocks.Add(block);
        }
    }

    internal void Clear()
    {
        foreach (ReceiveBlock block in _blocks)
        {
            block.Release();
        }

        _blocks.Clear();
        Answers.Clear();
        Bytes = 0;
        if (_messages.Length > KeptCapacity)
        {
            _messages = new MqttMessage[16];
        }
        else
        {
            Array.Clear(_messages, 0, _count);
        }

        _count = 0;
    }
}

/// <summary>
/// Hands batches to the receiver, one at a time. While it works the reader goes on and fills the next batch, so one commit serves many messages.
/// </summary>
internal sealed class Delivery(
    Func<ReadOnlyMemory<MqttMessage>, CancellationToken, ValueTask<bool>> receive, Outbox outbox, InboundFlow flow, MqttCounters counters, CancellationToken stop)
{
    private const int MostMessages = 8192;
    private const int MostBytes = 1024 * 1024;
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _answers = new(256);
    private DeliveryBatch _filling = new();
    private DeliveryBatch _leaving = new();
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _idle;
    private bool _busy;
    private bool _closed;

    /// <summary>Set when the receiver did not take a batch: what it was.</summary>
    internal event Action<string>? Failed;

    internal void Add(in MqttMessage message, ReceiveBlock block, int size, PacketType answer)
    {
        lock (_gate)
        {
            _filling.Add(message, block, size);
            if (answer != default)
            {
                _filling.Answers.Add((answer, message.PacketId));
            }
        }
    }

    internal void AddAnswer(PacketType answer, ushort packetId)
    {
        lock (_gate)
        {
            _filling.Answers.Add((answer, packetId));
        }
    }

    /// <summary>Called after each read. A receiver that is idle gets the batch at once, on this thread.</summary>
    internal void Start()
    {
        lock (_gate)
        {
            if (_busy || _closed || _filling.IsEmpty)
            {
                return;
            }

            _busy = true;
        }

        _ = RunAsync();
    }

    /// <summary>Completes at once unless so much waits for the receiver that reading on would need too much memory.</summary>
    internal Task WhenThereIsRoom()
    {
        lock (_gate)
        {
            return _closed || !_busy || (_filling.Count < MostMessages && _filling.Bytes < MostBytes)
                ? Task.CompletedTask
                : (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>No further batch is handed over; completes when the receiver has finished the present one.</summary>
    internal Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            _room?.TrySetResult();
            return WhenIdle();
        }
    }

    /// <summary>Completes when everything that was added has been handed over.</summary>
    internal Task DrainAsync()
    {
        Start();
        lock (_gate)
        {
            return WhenIdle();
        }
    }

    private Task WhenIdle() => _busy ? (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;

    private async Task RunAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_closed || _filling.IsEmpty)
                {
                    _busy = false;
                    _idle?.TrySetResult();
                    _idle = null;
                    return;
                }

                (_filling, _leaving) = (_leaving, _filling);
                _room?.TrySetResult();
                _room = null;
            }

            string? failure = await HandOverAsync(_leaving).ConfigureAwait(false);
            Settle(failure);
        }
    }

    private async ValueTask<string?> HandOverAsync(DeliveryBatch batch)
    {
        if (batch.Count == 0)
        {
            return null;
        }

        Interlocked.Increment(ref counters.BatchCount);
        try
        {
            return await receive(batch.Messages, stop).ConfigureAwait(false) ? null : "the receiver did not take the batch";
        }
        catch (Exception e)
        {
            // Whatever the receiver's mistake is: not taken means not acknowledged, and the broker keeps it.
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private void Settle(string? failure)
    {
        if (failure is null)
        {
            Answer(_leaving);
        }
        else
        {
            Interlocked.Increment(ref counters.ReceiverFailureCount);
            lock (_gate)
            {
                _closed = true;
                _room?.TrySetResult();
            }
        }

        _leaving.Clear();
        if (failure is not null)
        {
            Failed?.Invoke(failure);
        }
    }

    private void Answer(DeliveryBatch batch)
    {
        if (batch.Answers.Count == 0)
        {
            return;
        }

        _answers.ResetWrittenCount();
        foreach ((PacketType type, ushort packetId) in CollectionsMarshal.AsSpan(batch.Answers))
        {
            flow.Answering(type, packetId);
            PacketWriter.Acknowledge(_answers, type, packetId, ReasonCode.Success, default);
        }

        if (outbox.Post(_answers.WrittenSpan))
        {
            Interlocked.Add(ref counters.AcknowledgedCount, batch.Answers.Count);
        }
    }

    /// <summary>After the end: gives back what was never handed over.</summary>
    internal void Discard()
    {
        lock (_gate)
        {
            _closed = true;
            _filling.Clear();
        }
    }
}
