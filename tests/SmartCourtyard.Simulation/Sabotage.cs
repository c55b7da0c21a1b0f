namespace SmartCourtyard.Simulation;

/// <summary>Deliberate faults, to prove that the simulation finds them. Nothing that honest parts do would repair them.</summary>
internal enum Sabotage
{
    None,
    /// <summary>The gateway's disk says that it has synced and has not.</summary>
    GatewayDiskLies,
    /// <summary>The duty room's disk does.</summary>
    DutyRoomDiskLies,
    /// <summary>Something between the two says now and then that events are stored, and throws them away.</summary>
    AnswersWithoutStoring,
    /// <summary>The duty room says that events are stored and stores them a moment later.</summary>
    RepliesBeforeCommit,
    /// <summary>The gateway lets a giver forget what is not on disk yet.</summary>
    AcknowledgesBeforeStoring,
    /// <summary>The broker does not say that it delivers something again.</summary>
    HidesRedelivery,
    /// <summary>A request that got no answer is waited for without end.</summary>
    WaitsForEver,
    /// <summary>The duty room's disk is put back to an earlier day.</summary>
    DutyRoomRestoredFromBackup,
    /// <summary>The gateway's disk is put back to an earlier day.</summary>
    GatewayRestoredFromBackup,
}
