using System.Threading.Channels;
using SmartCourtyard.Effects;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>
/// The orders that wait for their bus: one an actuator, a newer one in the place of the one before. Taken from any thread, carried out
/// by the bus between two questions.
/// </summary>
internal sealed class BusOrders(IEnumerable<OrderedOutput> outputs)
{
    private readonly Dictionary<string, Slot> _slots = outputs.ToDictionary(o => o.Device.Id, o => new Slot(o), StringComparer.Ordinal);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _gate = new();
    private long _taken;
    private string? _closed;

    private enum Stage
    {
        None,
        ToWrite,
        ToReadBack,
    }

    /// <summary>Takes an order; the answer is what the slave says afterwards.</summary>
    public async ValueTask<Carried> CarryAsync(ActuatorOrder order, CancellationToken stop)
    {
        var done = new TaskCompletionSource<Carried>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_slots.TryGetValue(order.Actuator.Id, out var slot))
            {
                return Carried.Failed("its source has no output");
            }

            if (_closed is not null)
            {
                return Carried.Failed(_closed);
            }

            slot.Replace(order.On, ++_taken, done);
        }

        _news.Writer.TryWrite(true);
        return await done.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Waits until an order comes, or for as long as given.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken stop)
    {
        using var idle = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, idle.Token);
        try
        {
            await _news.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Nothing came.
        }
    }

    /// <summary>
    /// What must be written next; null where nothing must. Slaves that do not answer come last: a siren must not wait for a dead one.
    /// </summary>
    public OrderedOutput? NextToWrite()
    {
        lock (_gate)
        {
            var next = _slots.Values.Where(s => s.Stage == Stage.ToWrite).MinBy(s => (s.Output.Slave.Failures, s.Order));
            next?.Begin();
            return next?.Output;
        }
    }

    /// <summary>What has been written and must be read back; null where nothing must.</summary>
    public OrderedOutput? NextToReadBack()
    {
        lock (_gate)
        {
            return _slots.Values.Where(s => s.Stage == Stage.ToReadBack).MinBy(s => s.Order)?.Output;
        }
    }

    /// <summary>The slave has taken what was written.</summary>
    public void Written(OrderedOutput output) => On(output, slot => slot.Stage = Stage.ToReadBack);

    /// <summary>The order is done with, unless a newer one has taken its place.</summary>
    public void Complete(OrderedOutput output, Carried carried) => On(output, slot => slot.Complete(carried));

    /// <summary>The bus cannot carry out anything now.</summary>
    public void FailAll(string problem)
    {
        lock (_gate)
        {
            foreach (var slot in _slots.Values)
            {
                slot.BeginIfWaiting();
                slot.Complete(Carried.Failed(problem));
            }
        }
    }

    /// <summary>The bus ends.</summary>
    public void Close(string problem)
    {
        lock (_gate)
        {
            _closed = problem;
        }

        FailAll(problem);
    }

    private void On(OrderedOutput output, Action<Slot> change)
    {
        lock (_gate)
        {
            var slot = _slots[output.Device.Id];
            if (slot.IsBegun)
            {
                change(slot);
            }
        }
    }

    private sealed class Slot(OrderedOutput output)
    {
        private bool _on;
        private TaskCompletionSource<Carried>? _done;

        public OrderedOutput Output => output;

        public long Order { get; private set; }

        public Stage Stage { get; set; }

        /// <summary>The order that stands is the one that is being carried out.</summary>
        public bool IsBegun { get; private set; }

        public void Replace(bool on, long order, TaskCompletionSource<Carried> done)
        {
            _done?.TrySetResult(Carried.Failed("a newer order has taken its place"));
            // One that is asked for again keeps its turn.
            Order = Stage == Stage.ToWrite ? Order : order;
            (_on, _done, Stage, IsBegun) = (on, done, Stage.ToWrite, false);
        }

        public void Begin()
        {
            IsBegun = true;
            output.Ordered = _on;
        }

        public void BeginIfWaiting()
        {
            if (Stage == Stage.ToWrite && !IsBegun)
            {
                Begin();
            }
        }

        public void Complete(Carried carried)
        {
            _done?.TrySetResult(carried);
            (_done, Stage) = (null, Stage.None);
        }
    }
}
