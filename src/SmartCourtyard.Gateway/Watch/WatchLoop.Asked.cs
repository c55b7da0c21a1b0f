using System.Collections.Immutable;
using SmartCourtyard.Alarms;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>What others ask of the loop, and what people say of parts of the estate.</summary>
internal sealed partial class WatchLoop
{
    /// <summary>The health of every device, the troubles that stand, and how often devices have alarmed; those that never did are left out.</summary>
    public async ValueTask<(IReadOnlyList<DeviceHealth> Devices, IReadOnlyList<Trouble> Troubles, IReadOnlyDictionary<string, ActivationCount> Activations)>
        DescribeAsync(CancellationToken stop)
    {
        var question = new Question();
        await _inputs.Writer.WriteAsync(question, stop).ConfigureAwait(false);
        return await question.Answer.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>What the next run of the gateway needs to know of the devices.</summary>
    public async ValueTask<IReadOnlyList<DeviceMemory>> RememberAsync(CancellationToken stop)
    {
        var question = new MemoryQuestion();
        await _inputs.Writer.WriteAsync(question, stop).ConfigureAwait(false);
        return await question.Answer.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>What people say of parts of the estate, as of the last change.</summary>
    public ImmutableArray<ServiceOrder> Orders => _service.Orders;

    /// <summary>Begins what somebody asks for; the answer comes when it is on disk.</summary>
    public ValueTask<ServiceAnswer> BeginAsync(string id, ServiceRequest request, CancellationToken stop)
        => AskAsync(new ServiceInput(id, request), stop);

    /// <summary>Ends before its time what somebody began.</summary>
    public ValueTask<ServiceAnswer> EndAsync(string id, CancellationToken stop) => AskAsync(new ServiceInput(id, null), stop);

    private async ValueTask<ServiceAnswer> AskAsync(ServiceInput input, CancellationToken stop)
    {
        await _inputs.Writer.WriteAsync(input, stop).ConfigureAwait(false);
        await input.Stored.Task.WaitAsync(stop).ConfigureAwait(false);
        return input.Answer;
    }

    private static TimeSpan? Earliest(params ReadOnlySpan<TimeSpan?> times)
    {
        TimeSpan? first = null;
        foreach (var time in times)
        {
            first = first is null || time < first ? time ?? first : first;
        }

        return first;
    }
}
