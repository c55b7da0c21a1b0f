using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Effects;
using SmartCourtyard.Proofs;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>What the loop hands its events and readings to.</summary>
/// <param name="Store">Appends to the journal; true when it is on disk. An empty entry is a barrier.</param>
/// <param name="StoreIsBehind">True while something appended earlier is not on disk yet.</param>
/// <param name="Measure">Takes readings to the measurements; never waits.</param>
internal sealed record WatchOutputs(Func<JournalEntry, ValueTask<bool>> Store, Func<bool> StoreIsBehind, Action<HeardBatch> Measure)
{
    /// <summary>Takes orders for actuators, in this order; never waits.</summary>
    public Action<IReadOnlyList<ActuatorOrder>> Act { get; init; } = _ => { };

    /// <summary>Takes actuators that nothing asks for, although an earlier run may have left them on; never waits.</summary>
    public Action<IReadOnlyList<Device>> Rest { get; init; } = _ => { };
}

/// <summary>What another run of the gateway left behind.</summary>
/// <param name="Alarms">That are not done with.</param>
/// <param name="Deliveries">Fingerprints, oldest first.</param>
/// <param name="Devices">What was known of them.</param>
/// <param name="Troubles">That stood.</param>
internal sealed record WatchMemory(
    IReadOnlyList<Alarm> Alarms, IReadOnlyList<long> Deliveries, IReadOnlyList<DeviceMemory> Devices, IReadOnlyList<KeptTrouble> Troubles)
{
    public static readonly WatchMemory Empty = new([], [], [], []);

    /// <summary>Ids of the devices that only a person on site may set back.</summary>
    public IReadOnlyList<string> Latched { get; init; } = [];

    /// <summary>What people had said of parts of the estate.</summary>
    public IReadOnlyList<ServiceOrder> Orders { get; init; } = [];
}

/// <summary>What enters the loop.</summary>
internal abstract record WatchInput;

internal sealed record Heard(HeardBatch Batch, long Since) : WatchInput
{
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed record ReceiptInput(DutyCommand Command) : WatchInput;

internal sealed record OwnTrouble(TroubleReason Reason, bool Stands, string? Detail, string? Part = null) : WatchInput;

/// <summary>The device does not do what it was told, or does it again.</summary>
internal sealed record ActuatorFault(string Device, bool Stands, string? Detail) : WatchInput;

/// <summary>Somebody wants something of the actuators.</summary>
/// <param name="Do">Does it; why not, or null.</param>
/// <param name="Event">What is written down where it was done; null where another tells it.</param>
internal sealed record Deed(Func<ActingOnAlarms, string?> Do, CommandData? Event) : WatchInput
{
    public TaskCompletionSource<string?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed record Reload(Courtyard Courtyard, Rulebook Rules, IReadOnlyList<Effect> Effects, IReadOnlySet<string> Unchanged) : WatchInput
{
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Somebody begins something (<paramref name="Begins"/>) or ends it before its time.</summary>
internal sealed record ServiceInput(string Id, ServiceRequest? Begins) : WatchInput
{
    public TaskCompletionSource<bool> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Known once <see cref="Stored"/> is.</summary>
    public ServiceAnswer Answer { get; private set; }

    public void Answered(ServiceAnswer answer) => Answer = answer;
}

/// <summary>What became of it: the order, or why not as one plain sentence; both null where there is none of that id to end.</summary>
internal readonly record struct ServiceAnswer(ServiceOrder? Order, string? Refusal);

/// <summary>Somebody wants to know whether the way to the duty room works.</summary>
internal sealed record ProofInput : WatchInput
{
    /// <summary>Null where one is under way, or there is no duty room.</summary>
    public TaskCompletionSource<ProofStep?> Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed record Tick : WatchInput;

internal sealed record Due : WatchInput;

internal sealed record MemoryQuestion : WatchInput
{
    public TaskCompletionSource<IReadOnlyList<DeviceMemory>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed record Question : WatchInput
{
    public TaskCompletionSource<(IReadOnlyList<DeviceHealth>, IReadOnlyList<Trouble>, IReadOnlyDictionary<string, ActivationCount>)> Answer { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
