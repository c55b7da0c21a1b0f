namespace SmartCourtyard.Gateway.Devices.Mqtt.Pairing;

/// <summary>What the local API shows of the pairing: whether the network is open, until when, and who came.</summary>
internal sealed record PairingState(bool Open, DateTimeOffset? Until, IReadOnlyList<PairingNews> Devices, string? Problem)
{
    public static readonly PairingState Closed = new(false, null, [], null);
}

/// <summary>One pairing at a time, asked for by the local API; it is closed when the gateway stops.</summary>
internal sealed class PairingDesk(BrokerAccess broker, TimeProvider time) : BackgroundService
{
    private const int DevicesAtMost = 100;

    private readonly Lock _gate = new();
    private PairingState _state = PairingState.Closed;
    private CancellationTokenSource? _closing;
    private Task _running = Task.CompletedTask;

    public PairingState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Opens the network for a time, or closes it with 0. Comes back when the bridge has answered.</summary>
    /// <returns>Null, or in one sentence why not.</returns>
    public async Task<string?> AskAsync(int seconds, CancellationToken stop)
    {
        Task before;
        lock (_gate)
        {
            _closing?.Cancel();
            before = _running;
        }

        await before.WaitAsync(stop).ConfigureAwait(false);
        if (seconds == 0)
        {
            return State.Problem;
        }

        var answered = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_running.IsCompleted)
            {
                return "somebody else has just opened it";
            }

            _closing = new CancellationTokenSource();
            _state = PairingState.Closed;
            _running = RunAsync(seconds, answered, _closing);
        }

        return await answered.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        Task running;
        lock (_gate)
        {
            _closing?.Cancel();
            running = _running;
        }

        await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;

    private async Task RunAsync(int seconds, TaskCompletionSource<string?> answered, CancellationTokenSource closing)
    {
        await Task.Yield();
        var pairing = new ZigbeePairing(broker, time);
        var problem = await pairing.RunAsync(
            seconds,
            () =>
            {
                Change(s => s with { Open = true, Until = time.GetUtcNow().AddSeconds(seconds) });
                answered.TrySetResult(null);
            },
            news => Change(s => s with
            {
                Devices = [.. s.Devices.Where(d => d.Address != news.Address || d.Name != news.Name).TakeLast(DevicesAtMost - 1), news],
            }),
            closing.Token).ConfigureAwait(false);
        Change(s => s with { Open = false, Until = null, Problem = problem });
        answered.TrySetResult(problem);
        lock (_gate)
        {
            _closing = null;
        }

        closing.Dispose();
    }

    private void Change(Func<PairingState, PairingState> change)
    {
        lock (_gate)
        {
            _state = change(_state);
        }
    }
}
