using System.Text.Json.Serialization;
using SmartCourtyard.Service;

namespace SmartCourtyard.Troubles;

/// <summary>Why a technician is needed. The same word stands in the log, the event, the device's health and on the board.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TroubleReason>))]
public enum TroubleReason
{
#pragma warning disable CS1591 // each name says what it is
    [JsonStringEnumMemberName("silent")] Silent,
    [JsonStringEnumMemberName("battery-low")] BatteryLow,
    [JsonStringEnumMemberName("weak-signal")] WeakSignal,
    [JsonStringEnumMemberName("stuck")] Stuck,
    [JsonStringEnumMemberName("noisy")] Noisy,
    [JsonStringEnumMemberName("drifting")] Drifting,
    [JsonStringEnumMemberName("tampered")] Tampered,
    [JsonStringEnumMemberName("fault")] Fault,
    [JsonStringEnumMemberName("test-overdue")] TestOverdue,
    [JsonStringEnumMemberName("end-of-life")] EndOfLife,
    [JsonStringEnumMemberName("out-of-range")] OutOfRange,
    /// <summary>A device sends what nobody can read.</summary>
    [JsonStringEnumMemberName("undecodable")] Undecodable,
    /// <summary>The gateway has lost its broker.</summary>
    [JsonStringEnumMemberName("broker-lost")] BrokerLost,
    /// <summary>Zigbee2MQTT says that it is offline: none of its devices can be heard.</summary>
    [JsonStringEnumMemberName("bridge-offline")] BridgeOffline,
    /// <summary>A bus, chip or converter that devices hang on does not answer; the detail names it.</summary>
    [JsonStringEnumMemberName("connection-lost")] ConnectionLost,
    /// <summary>The gateway's disk does not take events; they are held in memory and handed on from there.</summary>
    [JsonStringEnumMemberName("storage-failing")] StorageFailing,
    /// <summary>The next holder refuses an event.</summary>
    [JsonStringEnumMemberName("event-refused")] EventRefused,
    /// <summary>A path to the duty room stays down; the detail names it and who must act.</summary>
    [JsonStringEnumMemberName("path-down")] PathDown,
    /// <summary>Messages waited over a second before they were judged.</summary>
    [JsonStringEnumMemberName("overloaded")] Overloaded,
    /// <summary>The site file was to be read again and has mistakes; the gateway goes on with the last good one.</summary>
    [JsonStringEnumMemberName("site-refused")] SiteRefused,
    /// <summary>People have taken the device out of service; the detail says why, who, and until when.</summary>
    [JsonStringEnumMemberName("out-of-service")] OutOfService,
    /// <summary>People have put one alarm of the device aside.</summary>
    [JsonStringEnumMemberName("shelved")] Shelved,
    /// <summary>People test the device, or all of a unit or a building.</summary>
    [JsonStringEnumMemberName("under-test")] UnderTest,
    /// <summary>The whole estate exercises.</summary>
    [JsonStringEnumMemberName("drill")] Drill,
    /// <summary>The daily test alarm did not reach the duty room, or nobody's console showed it; until the next one does.</summary>
    [JsonStringEnumMemberName("self-test-failed")] SelfTestFailed,
    /// <summary>An alarm is not stored in the duty room, or shown there, by the time at which it should be.</summary>
    [JsonStringEnumMemberName("receipt-overdue")] ReceiptOverdue,
    /// <summary>The gateway's computer is too hot.</summary>
    [JsonStringEnumMemberName("overheated")] Overheated,
    /// <summary>Its supply voltage is too low.</summary>
    [JsonStringEnumMemberName("undervoltage")] Undervoltage,
    /// <summary>Its memory is nearly used up.</summary>
    [JsonStringEnumMemberName("memory-low")] MemoryLow,
    /// <summary>Its disk is nearly full.</summary>
    [JsonStringEnumMemberName("disk-low")] DiskLow,
    /// <summary>Its disk says that it is worn out or soon will be.</summary>
    [JsonStringEnumMemberName("disk-worn")] DiskWorn,
    /// <summary>Its clock is not synchronised, or was set by more than it may.</summary>
    [JsonStringEnumMemberName("clock-wrong")] ClockWrong,
#pragma warning restore CS1591
}

/// <summary>How urgent each <see cref="TroubleReason"/> is.</summary>
public static class TroubleReasons
{
    private static readonly TroubleReason[] ByUrgency =
    [
        TroubleReason.Silent, TroubleReason.Fault, TroubleReason.Tampered, TroubleReason.EndOfLife, TroubleReason.BatteryLow,
        TroubleReason.OutOfRange, TroubleReason.Stuck, TroubleReason.Drifting, TroubleReason.Noisy, TroubleReason.TestOverdue,
        TroubleReason.WeakSignal,
    ];

    /// <summary>The word for what people said of a part of the estate.</summary>
    public static TroubleReason Of(ServiceKind kind) => kind switch
    {
        ServiceKind.OutOfService => TroubleReason.OutOfService,
        ServiceKind.Shelved => TroubleReason.Shelved,
        ServiceKind.Test => TroubleReason.UnderTest,
        _ => TroubleReason.Drill,
    };

    /// <summary>
    /// A device's place in the technician's round: 0 is what makes it deaf now, higher what makes it deaf later. Troubles of the
    /// gateway itself have no place in it and come last.
    /// </summary>
    public static int Urgency(TroubleReason reason) => Array.IndexOf(ByUrgency, reason) is var place and >= 0 ? place : ByUrgency.Length;
}

/// <summary>What is known about a device.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HealthState>))]
public enum HealthState
{
    /// <summary>Heard within its class's limit, nothing wrong.</summary>
    [JsonStringEnumMemberName("ok")] Ok,
    /// <summary>Heard, and something is wrong with it.</summary>
    [JsonStringEnumMemberName("trouble")] Trouble,
    /// <summary>Was heard once and is no longer: nobody knows what happens there.</summary>
    [JsonStringEnumMemberName("unobserved")] Unobserved,
    /// <summary>Never heard since the gateway knows it.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown,
}
