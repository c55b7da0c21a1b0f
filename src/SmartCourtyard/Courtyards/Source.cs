namespace SmartCourtyard.Courtyards;

/// <summary>How a device's messages reach the gateway; one kind a device family.</summary>
public abstract record Source
{
    /// <summary>The part that every family on MQTT depends on.</summary>
    public const string Broker = "broker";

    /// <summary>
    /// The gateway's own parts that must work for the device to be heard, by name: <c>broker</c>, a family's bridge such as
    /// <c>zigbee2mqtt</c>, a bus such as <c>modbus tcp 192.0.2.7:502</c>, a chip such as <c>gpio gpiochip0</c>. While one of them is
    /// down the device is unobserved, and its silence is no trouble of its own. Empty where there is nothing between.
    /// </summary>
    public virtual IReadOnlyList<string> DependsOn => [];

    /// <summary>
    /// Received strength in dBm below which the link is about to fail; −85 where the radio is Wi-Fi or unknown. Long-range radio
    /// works far below that and says so.
    /// </summary>
    public virtual double WeakRssi => -85;
}

/// <summary>A device behind Zigbee2MQTT.</summary>
/// <param name="FriendlyName">Its name there; may hold spaces, slashes and any script.</param>
public sealed record Zigbee2MqttSource(string FriendlyName) : Source
{
    // Shared, not one a source: two sources with the same name are equal.
    private static readonly string[] Parts = [Broker, "zigbee2mqtt"];

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => Parts;
}

/// <summary>A device that announces itself the way Home Assistant asks for (MQTT discovery), or one entity of such a device.</summary>
/// <param name="DiscoveryId">The unique_id of one entity, or an identifier of the device: then all its entities are meant.</param>
public sealed record HomeAssistantSource(string DiscoveryId) : Source
{
    // Shared, not one a source: two sources that say the same are equal.
    private static readonly string[] Parts = [Broker];

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => Parts;
}

/// <summary>A device that runs ESPHome and speaks MQTT by itself.</summary>
/// <param name="Prefix">Its <c>topic_prefix</c>; may hold slashes.</param>
public sealed record EspHomeSource(string Prefix) : Source
{
    // Shared, not one a source: two sources that say the same are equal.
    private static readonly string[] Parts = [Broker];

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => Parts;
}

/// <summary>A device that runs Tasmota, or one that a Tasmota device passes on.</summary>
/// <param name="Topic">Its topic; behind a Zigbee or Bluetooth bridge the bridge's topic, a slash, and its address or name there.</param>
/// <param name="FullTopic">How it makes its topics of <c>%prefix%</c> and <c>%topic%</c>, each a level of its own; ends in a slash.</param>
public sealed record TasmotaSource(string Topic, string FullTopic = TasmotaSource.UsualFullTopic) : Source
{
    /// <summary>What Tasmota uses unless somebody changed it.</summary>
    public const string UsualFullTopic = "%prefix%/%topic%/";

    private static readonly string[] Parts = [Broker];

    /// <summary>What stands for <c>%prefix%</c>, and what it says of its connection.</summary>
    public TasmotaWords Words { get; init; } = TasmotaWords.Usual;

    /// <summary>The topic of the device that passes this one on; null where the topic has one level only.</summary>
    public string? Bridge => Topic.LastIndexOf('/') is var slash and > 0 ? Topic[..slash] : null;

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => Bridge is { } bridge ? [Broker, Part(bridge)] : Parts;

    /// <summary>What a bridge is called among the parts of the gateway.</summary>
    public static string Part(string bridge) => "tasmota " + bridge;

    /// <summary>The MQTT filters that hold everything it says under a prefix, one of its <see cref="Words"/>.</summary>
    public IEnumerable<string> Filters(string prefix)
    {
        var full = FullTopic.Replace("%prefix%", prefix, StringComparison.Ordinal);
        yield return full.Replace("%topic%", Bridge ?? Topic, StringComparison.Ordinal) + "#";
        if (Bridge is { } bridge && !full.EndsWith("%topic%/", StringComparison.Ordinal))
        {
            // A bridge may give each of its devices a level of its own below its topic, which then comes before the prefix.
            yield return full.Replace("%topic%", bridge + "/+", StringComparison.Ordinal) + "#";
        }
    }
}

/// <summary>The words of a Tasmota device that its owner can change: the settings Prefix1 to Prefix3, and those of the last will.</summary>
/// <param name="Tele">What it reports by itself (Prefix3).</param>
/// <param name="Stat">What it answers (Prefix2).</param>
/// <param name="Cmnd">What it is told (Prefix1).</param>
/// <param name="Online">What it says when it has connected; case does not count.</param>
/// <param name="Offline">What the broker says when it is gone; case does not count.</param>
public sealed record TasmotaWords(string Tele = "tele", string Stat = "stat", string Cmnd = "cmnd", string Online = "Online", string Offline = "Offline")
{
    /// <summary>Those of a device whose owner has changed nothing.</summary>
    public static TasmotaWords Usual { get; } = new();

    /// <summary>Whether its topics begin with the usual words.</summary>
    public bool HasUsualPrefixes => (Tele, Stat, Cmnd) == (Usual.Tele, Usual.Stat, Usual.Cmnd);
}

/// <summary>A LoRaWAN device behind ChirpStack.</summary>
/// <param name="DevEui">16 hexadecimal digits in lower case.</param>
public sealed record ChirpStackSource(string DevEui) : Source
{
    private static readonly string[] Parts = [Broker];

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => Parts;

    /// <summary>LoRa is demodulated down to about −137 dBm; −120 leaves a margin at the usual data rates.</summary>
    public override double WeakRssi => -120;
}
