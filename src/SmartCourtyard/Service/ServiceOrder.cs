using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Service;

/// <summary>What people say of a part of the estate for a while. The words are those of ISA-18.2 where it has them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServiceKind>))]
public enum ServiceKind
{
    /// <summary>The device is being repaired: what it says is no alarm, unless it is about a life.</summary>
    [JsonStringEnumMemberName("out-of-service")] OutOfService,
    /// <summary>One alarm of one device is put aside; never one about a life.</summary>
    [JsonStringEnumMemberName("shelved")] Shelved,
    /// <summary>Devices are being tested: their alarms are marked as tests and move no siren.</summary>
    [JsonStringEnumMemberName("test")] Test,
    /// <summary>The whole estate exercises: everything happens, and every message says that it is a drill.</summary>
    [JsonStringEnumMemberName("drill")] Drill,
}

/// <summary>For which devices it is said. All parts null: for the whole estate.</summary>
/// <param name="Device">Id of one device.</param>
/// <param name="Building">Id of a building.</param>
/// <param name="Unit">A unit of that building.</param>
public sealed record ServiceScope(string? Device = null, string? Building = null, int? Unit = null)
{
    /// <summary>Whether a device is meant.</summary>
    public bool Covers(string device, Place at) =>
        (Device is null || Device == device) && (Building is null || Building == at.Building) && (Unit is null || Unit == at.Unit);
}

/// <summary>Something that somebody said, why, and until when: it always ends by itself.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Kind">What was said.</param>
/// <param name="Scope">Of which devices.</param>
/// <param name="Reason">Why, in people's words; not empty.</param>
/// <param name="By">Who; not empty.</param>
/// <param name="Since">When it began.</param>
/// <param name="Until">When it ends by the clock on the wall; a label, and what counts after a restart.</param>
/// <param name="Shelves">Which alarm of the device is put aside; null unless it is shelved.</param>
public sealed record ServiceOrder(
    string Id, ServiceKind Kind, ServiceScope Scope, string Reason, string By, DateTimeOffset Since, DateTimeOffset Until, AlarmKind? Shelves = null);
