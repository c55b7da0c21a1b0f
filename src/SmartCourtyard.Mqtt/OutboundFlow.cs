namespace SmartCourtyard.Mqtt;

/// <summary>Own publications and subscriptions of one connection that wait for their answer; bounded, each with a packet identifier of its own.</summary>
internal sealed class OutboundFlow(int mostInFlight) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _slots = new(mostInFlight, mostInFlight);
    private readonly CancellationTokenSource _ended = new();
    private readonly Dictionary<ushort, TaskCompletionSource<MqttPublishResult>> _publishes = [];
    private readonly Dictionary<ushort, TaskCompletionSource<byte[]?>> _subscribes = [];
    private ushort _lastId;
    private bool _closed;

    /// <summary>False if the connection ended before a slot was free.</summary>
    internal async ValueTask<bool> TakeSlotAsync(CancellationToken cancel)
    {
        if (_ended.IsCancellationRequested)
        {
            return false;
        }

        if (_slots.Wait(0, CancellationToken.None))
        {
            return true;
        }

        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _ended.Token);
        try
        {
            await _slots.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    internal void ReleaseSlot() => _slots.Release();

    /// <summary>A task that completes on PUBACK or at the end of the connection; null if that has come already. It owns the slot.</summary>
    internal (ushort PacketId, Task<MqttPublishResult> Answer)? StartPublish()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return null;
            }

            ushort packetId = FreeId();
            TaskCompletionSource<MqttPublishResult> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _publishes[packetId] = answer;
            return (packetId, answer.Task);
        }
    }

    /// <summary>A task that completes with the codes of SUBACK, or with null at the end of the connection.</summary>
    internal (ushort PacketId, Task<byte[]?> Answer) StartSubscribe()
    {
        lock (_gate)
        {
            ushort packetId = FreeId();
            TaskCompletionSource<byte[]?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_closed)
            {
                answer.SetResult(null);
            }
            else
            {
                _subscribes[packetId] = answer;
            }

            return (packetId, answer.Task);
        }
    }

    internal bool PublishAnswered(ushort packetId, MqttPublishResult result)
    {
        TaskCompletionSource<MqttPublishResult>? answer;
        lock (_gate)
        {
            if (!_publishes.Remove(packetId, out answer))
            {
                return false;
            }
        }

        _slots.Release();
        answer.TrySetResult(result);
        return true;
    }

    internal bool SubscribeAnswered(ushort packetId, byte[] codes)
    {
        TaskCompletionSource<byte[]?>? answer;
        lock (_gate)
        {
            if (!_subscribes.Remove(packetId, out answer))
            {
                return false;
            }
        }

        answer.TrySetResult(codes);
        return true;
    }

    /// <summary>Nothing can be answered any more.</summary>
    internal void Close()
    {
        List<TaskCompletionSource<MqttPublishResult>> publishes;
        List<TaskCompletionSource<byte[]?>> subscribes;
        lock (_gate)
        {
            _closed = true;
            publishes = [.. _publishes.Values];
            subscribes = [.. _subscribes.Values];
            _publishes.Clear();
            _subscribes.Clear();
        }

        _ended.Cancel();
        publishes.ForEach(answer => answer.TrySetResult(MqttPublishResult.ConnectionLost));
        subscribes.ForEach(answer => answer.TrySetResult(null));
    }

    public void Dispose()
    {
        Close();
        _ended.Dispose();
    }

    private ushort FreeId()
    {
        do
        {
            _lastId = _lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1);
        }
        while (_publishes.ContainsKey(_lastId) || _subscribes.ContainsKey(_lastId));

        return _lastId;
    }
}
