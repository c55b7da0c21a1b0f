using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>How a bus carries out orders: between two questions, so that none waits for a round of them and none breaks into one.</summary>
internal sealed partial class ModbusBus
{
    private IEnumerable<OrderedOutput> Outputs => _polls.SelectMany(p => p.Devices).Select(d => d.Output).OfType<OrderedOutput>();

    /// <summary>Sends an order from any thread; the answer is what the slave says when it is read again.</summary>
    public ValueTask<Carried> CarryAsync(ActuatorOrder order, CancellationToken stop) => _orders.CarryAsync(order, stop);

    // First everything that waits is written: to read one back would hold up the next siren.
    private async Task CarryOrdersAsync(CancellationToken stop)
    {
        while (_link is not null)
        {
            if (_orders.NextToWrite() is { } output)
            {
                await WriteAsync(output, stop).ConfigureAwait(false);
            }
            else if (_orders.NextToReadBack() is { } written)
            {
                await ReadBackAsync(written, stop).ConfigureAwait(false);
            }
            else
            {
                return;
            }
        }
    }

    private async Task WriteAsync(OrderedOutput output, CancellationToken stop)
    {
        output.Forget();
        var answer = await AskAsync(link => Write(link, output), true, stop).ConfigureAwait(false);
        if (answer is { Outcome: ReadOutcome.Refused, Exception: ReadAnswer.IllegalFunction } && !output.WritesMany)
        {
            output.WritesMany = true;
            answer = await AskAsync(link => Write(link, output), true, stop).ConfigureAwait(false);
            output.WritesMany = answer.Outcome == ReadOutcome.Read;
        }

        if (answer.Outcome == ReadOutcome.Read)
        {
            _orders.Written(output);
        }
        else
        {
            await FailAsync(output, output.Where, answer, stop).ConfigureAwait(false);
        }
    }

    private static ReadAnswer Write(ModbusLink link, OrderedOutput output) => link.Write(
        output.At.Table, output.Slave.Unit, output.At.Address, output.Value, output.WritesMany, output.Slave.Timeout);

    private async Task ReadBackAsync(OrderedOutput output, CancellationToken stop)
    {
        foreach (var point in output.ReadBack)
        {
            var began = Now;
            var answer = await AskAsync(link => link.Read(point.At.Table, output.Slave.Unit, point.At.Address, 1, output.Slave.Timeout), true, stop).ConfigureAwait(false);
            if (answer.Outcome != ReadOutcome.Read)
            {
                await FailAsync(output, point.Where, answer, stop).ConfigureAwait(false);
                return;
            }

            NoteAnswered(output.Slave, Now - began);
            output.Take(point.Role, point.Value(_link!.Values.AsSpan(0, 1), out _)!.Value);
        }

        _orders.Complete(output, output.Outcome());
    }

    private async Task FailAsync(OrderedOutput output, string where, ReadAnswer answer, CancellationToken stop)
    {
        _orders.Complete(output, Carried.Failed(
            answer.Outcome == ReadOutcome.Refused ? $"{where}: {answer.Reason}" : $"unit {output.Slave.Unit} on {_line.Name}: {answer.Reason}"));
        if (answer.Outcome == ReadOutcome.LineLost && _link is not null)
        {
            await CloseAsync(stop).ConfigureAwait(false);
        }
    }

    // One that was asked seldom because it was dead is asked again at once.
    private void NoteAnswered(ModbusSlave slave, TimeSpan after)
    {
        if (slave.Failures > 0)
        {
            _polls.Where(p => p.Slave == slave).ToList().ForEach(p => p.AskAgainAfter(TimeSpan.Zero, Now));
        }

        slave.Answered(after);
    }

    private void TellActuator(PolledDevice device, bool isBack)
    {
        if (device.Output is not { } output)
        {
            return;
        }

        if (output.Says is { } on)
        {
            _outputs.Actuators.Says(output.Device.Id, on, null);
        }

        if (isBack)
        {
            _outputs.Actuators.Returned(output.Device.Id);
        }
    }
}
