using System.Threading.Channels;
using SmartCourtyard.Effects;

namespace SmartCourtyard.Gateway.Reassurance;

/// <summary>
/// Carries out what one actuator must do. Each has its own, so that a bus that hangs holds up no siren but its own. There is room for
/// one order: a newer one takes the place of the one before, and none is lost.
/// </summary>
internal sealed class ActuatorDesk(string device, ActuatorOutputs outputs, TimeProvider time)
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _gate = new();
    private readonly OrderCourse _course = new();
    private readonly long _start = time.GetTimestamp();
    private TaskCompletionSource<bool>? _asked;
    private string? _told;

    /// <summary>The actuator must do something else from now on.</summary>
    public void Tell(ActuatorOrder order, TimeSpan confirm)
    {
        lock (_gate)
        {
            _course.ConfirmWithin = confirm;
            _course.Tell(order, Now);
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>An earlier run may have left it on; nobody waits for its word.</summary>
    public void Rest(ActuatorOrder order, TimeSpan confirm)
    {
        lock (_gate)
        {
            _course.ConfirmWithin = confirm;
            _course.Rest(order, Now);
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Like <see cref="Tell"/>; true once the device confirms it, false where it does not in its time.</summary>
    public async Task<bool> AskAsync(ActuatorOrder order, TimeSpan confirm, CancellationToken stop)
    {
        var asked = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _asked, asked)?.TrySetResult(false);
        Tell(order, confirm);
        try
        {
            return await asked.Task.WaitAsync(confirm, time, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Again()
    {
        lock (_gate)
        {
            _course.Again(Now);
        }

        _news.Writer.TryWrite(true);
    }

    public void Sooner()
    {
        lock (_gate)
        {
            _course.Sooner(Now);
        }

        _news.Writer.TryWrite(true);
    }

    public void Hear(bool on, LampSign? sign)
    {
        lock (_gate)
        {
            _course.Hear(on, sign, Now);
        }

        _news.Writer.TryWrite(true);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // What made it necessary to send again is told before the device can answer, or nobody would learn of it.
            await TellTroubleAsync(stop).ConfigureAwait(false);
            await SendAsync(stop).ConfigureAwait(false);
            await TellTroubleAsync(stop).ConfigureAwait(false);
            await WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    private async ValueTask SendAsync(CancellationToken stop)
    {
        ActuatorOrder order;
        long number;
        lock (_gate)
        {
            if (!_course.MustSend(Now))
            {
                return;
            }

            (order, number) = (_course.Order!, _course.Number);
        }

        var carried = await CarryAsync(order, stop).ConfigureAwait(false);
        lock (_gate)
        {
            _course.Note(number, carried);
        }
    }

    private async ValueTask<Carried> CarryAsync(ActuatorOrder order, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(_course.ConfirmWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            return await outputs.Carry(order, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Carried.Failed("the way to it is blocked");
        }
    }

    private async ValueTask TellTroubleAsync(CancellationToken stop)
    {
        string? trouble;
        lock (_gate)
        {
            trouble = _course.Trouble;
            if (_course.IsConfirmed)
            {
                _asked?.TrySetResult(true);
            }
        }

        if (trouble != _told)
        {
            _told = trouble;
            await outputs.Fault(device, trouble is not null, trouble, stop).ConfigureAwait(false);
        }
    }

    private async ValueTask WaitAsync(CancellationToken stop)
    {
        TimeSpan? due;
        lock (_gate)
        {
            due = _course.Due;
        }

        // A timer counts whole milliseconds; one too early would find nothing to do.
        var wait = due - Now + TimeSpan.FromMilliseconds(1);
        using var idle = wait is { } span ? new CancellationTokenSource(span > TimeSpan.Zero ? span : TimeSpan.Zero, time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, idle.Token);
        try
        {
            await _news.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Its time has come, or the gateway stops.
        }
    }
}
