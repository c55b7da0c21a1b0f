using SmartCourtyard.Courtyards;
using SmartCourtyard.Service;

namespace SmartCourtyard.Troubles;

/// <summary>A technical fault of a device, of the gateway or of one of its connections.</summary>
/// <param name="Id">UUID version 7, the same when it is raised and when it is cleared.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Device">The device; null where the gateway itself is in trouble.</param>
/// <param name="RaisedAt">When it began.</param>
/// <param name="Detail">One plain sentence for the technician, or null.</param>
public sealed record Trouble(string Id, TroubleReason Reason, Device? Device, DateTimeOffset RaisedAt, string? Detail = null)
{
    /// <summary>What people said, where it is no fault but their own word; the trouble has its id.</summary>
    public ServiceOrder? Order { get; init; }

    /// <summary>How the duty room is told of what people said.</summary>
    /// <param name="order">What they said.</param>
    /// <param name="device">The device it is about; null where it is about more than one.</param>
    public static Trouble Of(ServiceOrder order, Device? device) => new(
        order.Id, TroubleReasons.Of(order.Kind), device, order.Since,
        $"{order.Reason} · {order.By} · {order.Until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}") { Order = order };
}

/// <summary>A trouble that began (<paramref name="Raised"/>) or ended.</summary>
public sealed record TroubleChange(bool Raised, Trouble Trouble);

/// <summary>What is known about one device.</summary>
/// <param name="Device">Which.</param>
/// <param name="State">The one word.</param>
/// <param name="Reasons">What is wrong, the most urgent first (see <see cref="TroubleReasons.Urgency"/>); empty when ok.</param>
/// <param name="LastHeard">When it last spoke for itself, also before a restart of the gateway; null if never.</param>
/// <param name="Battery">Charge in %, or null where it never said.</param>
/// <param name="LinkQuality">0 to 255, or null where it never said.</param>
/// <param name="LastTest">When it was last tested; null if never.</param>
public sealed record DeviceHealth(
    Device Device, HealthState State, IReadOnlyList<TroubleReason> Reasons, DateTimeOffset? LastHeard, double? Battery, double? LinkQuality,
    DateTimeOffset? LastTest);

/// <summary>A trouble as the journal keeps it for the next start.</summary>
/// <param name="Id">Its id in all its events.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Device">Id of the device; null where the gateway itself is in trouble.</param>
/// <param name="RaisedAt">When it began.</param>
/// <param name="Detail">One plain sentence for the technician, or null.</param>
public sealed record KeptTrouble(string Id, TroubleReason Reason, string? Device, DateTimeOffset RaisedAt, string? Detail = null)
{
    /// <summary>What the journal keeps of a trouble.</summary>
    public static KeptTrouble Of(Trouble trouble) => new(trouble.Id, trouble.Reason, trouble.Device?.Id, trouble.RaisedAt, trouble.Detail);

    /// <summary>The device that it spoke of, where the site file does not name it any more; null where it spoke of the gateway.</summary>
    internal Device? Gone() => Device is null ? null : new Device(Device, null, DeviceClass.Repeater, new Place(), new Zigbee2MqttSource(Device));
}
