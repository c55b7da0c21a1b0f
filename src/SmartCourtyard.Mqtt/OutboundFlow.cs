namespace SmartCourtyard.Mqtt;

/// <summary>One own publication, from the call to its result.</summary>
internal sealed class Publication(string topic, ReadOnlyMemory<byte> payload, MqttQos qos, bool retain, byte[]? properties = null)
{
    private readonly TaskCompletionSource<MqttPublishResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string Topic { get; } = topic;

    internal ReadOnlyMemory<byte> Payload { get; } = payload;

    internal MqttQos Qos { get; } = qos;

    internal bool Retain { get; } = retain;

    internal byte[] Properties { get; } = properties ?? [];

    /// <summary>The caller gave up before its turn came; the payload may no longer be touched.</summary>
    internal bool Abandoned { get; set; }

    internal Task<MqttPublishResult> Result => _result.Task;

    internal void End(MqttPublishResult result) => _result.TrySetResult(result);
}

/// <summary>Own publications and subscriptions of one connection. They leave in the order of the calls, and only so many wait for their answer at once.</summary>
internal sealed class OutboundFlow(int mostInFlight, Outbox outbox, MqttProtocol protocol, MqttCounters counters)
{
    private readonly Lock _gate = new();
    private readonly Queue<Publication> _waiting = [];
    private readonly Dictionary<ushort, Publication> _publications = [];
    private readonly Dictionary<ushort, TaskCompletionSource<byte[]?>> _subscribes = [];
    private int _free = mostInFlight;
    private ushort _lastId;
    private bool _closed;

    internal async ValueTask<MqttPublishResult> PublishAsync(Publication publication, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return MqttPublishResult.ConnectionLost;
            }

            _waiting.Enqueue(publication);
            SendWaiting();
        }

        try
        {
            return await publication.Result.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                publication.Abandoned = true;
            }

            throw;
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
        Publication? publication;
        lock (_gate)
        {
            if (!_publications.Remove(packetId, out publication))
            {
                return false;
            }

            _free++;
            SendWaiting();
        }

        publication.End(result);
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
        List<Publication> publications;
        List<TaskCompletionSource<byte[]?>> subscribes;
        lock (_gate)
        {
            _closed = true;
            publications = [.. _publications.Values, .. _waiting];
            subscribes = [.. _subscribes.Values];
            _publications.Clear();
            _waiting.Clear();
            _subscribes.Clear();
        }

        publications.ForEach(publication => publication.End(MqttPublishResult.ConnectionLost));
        subscribes.ForEach(answer => answer.TrySetResult(null));
    }

    private void SendWaiting()
    {
        while (_free > 0 && _waiting.TryDequeue(out Publication? next))
        {
            if (next.Abandoned)
            {
                continue;
            }

            _free--;
            Interlocked.Increment(ref counters.PublishedCount);
            if (next.Qos == MqttQos.AtMostOnce)
            {
                _ = WriteAsync(next);
                continue;
            }

            ushort packetId = FreeId();
            _publications[packetId] = next;
            _ = outbox.PublishAsync(next, packetId, protocol);
        }
    }

    private async Task WriteAsync(Publication publication)
    {
        bool written = await outbox.PublishAsync(publication, 0, protocol).ConfigureAwait(false);
        publication.End(written ? MqttPublishResult.Confirmed : MqttPublishResult.ConnectionLost);
        lock (_gate)
        {
            _free++;
            if (!_closed)
            {
                SendWaiting();
            }
        }
    }

    private ushort FreeId()
    {
        do
        {
            _lastId = _lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1);
        }
        while (_publications.ContainsKey(_lastId) || _subscribes.ContainsKey(_lastId));

        return _lastId;
    }
}
