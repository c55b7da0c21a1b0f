using System.Text;

namespace SmartCourtyard.Mqtt;

/// <summary>A topic filter to subscribe to.</summary>
/// <param name="Filter">With the wildcards <c>+</c> and <c>#</c> of the standard; 1 to 65,535 bytes of UTF-8.</param>
/// <param name="Qos">The highest quality of service wanted. If the broker grants less, the state change says so.</param>
public sealed record MqttSubscription(string Filter, MqttQos Qos);

/// <summary>What the broker publishes for this client when the connection ends without a DISCONNECT.</summary>
/// <param name="Topic">Without wildcards.</param>
/// <param name="Payload">0 to 65,535 bytes.</param>
/// <param name="Qos">The quality of service of the publication.</param>
/// <param name="Retain">Whether the broker keeps it for later subscribers.</param>
public sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, MqttQos Qos, bool Retain);

/// <summary>How a <see cref="MqttClient"/> reaches its broker, and within which limits. Checked by the client's constructor.</summary>
public sealed record MqttOptions
{
    /// <summary>Name or address of the broker; with <see cref="Tls"/> also the name its certificate must carry.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port, 1 to 65,535. Default 1883 (8883 is customary for TLS).</summary>
    public int Port { get; init; } = 1883;

    /// <summary>Whether to encrypt and to check the broker's certificate and host name. Default false.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file of the only certificate authorities to trust. Default null: those of the system. Read at each connect.</summary>
    public string? CaFile { get; init; }

    /// <summary>Identity of the session at the broker, 1 to 65,535 bytes. Two clients with one identity push each other out.</summary>
    public required string ClientId { get; init; }

    /// <summary>User name. Default null: none is sent.</summary>
    public string? User { get; init; }

    /// <summary>Password; needs a <see cref="User"/>. Default null. Never part of <see cref="object.ToString"/>.</summary>
    public string? Password { get; init; }

    /// <summary>1 to 65,535 s, whole seconds. Default 15 s. A dead peer is noticed within one and a half of it. The broker may set its own.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether to throw away the broker's session at each connect. Default false: what was not acknowledged comes again.</summary>
    public bool CleanStart { get; init; }

    /// <summary>How long the broker keeps the session without a connection; 0 s to 136 years, whole seconds. Default 7 days. MQTT 5 only: 3.1.1 has no limit.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many unacknowledged messages the broker may send, 1 to 65,535. Default 500. MQTT 5 only.</summary>
    public int ReceiveMaximum { get; init; } = 500;

    /// <summary>Largest packet taken, in bytes, 1 KiB to 16 MiB. Default 1 MiB + 64 KiB. MQTT 5 brokers drop larger ones; from 3.1.1 brokers they are counted, acknowledged and skipped.</summary>
    public int MaximumPacketSize { get; init; } = (1024 + 64) * 1024;

    /// <summary>How many own publications may wait for their confirmation, 1 to 65,535. Default 100. Further ones wait. A broker may ask for less.</summary>
    public int MaximumInFlight { get; init; } = 100;

    /// <summary>Published by the broker when this client vanishes. Default null: nothing.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>Default none. Sent on the first connection of a client, and later when the broker has no session.</summary>
    public IReadOnlyList<MqttSubscription> Subscriptions { get; init; } = [];

    /// <summary>
    /// Topic filters that an earlier client may have left in the session at the broker and that nobody wants any more. Default none. Taken back once, after the
    /// first subscribing, so that what moves from one filter to another is heard without a gap. What had been queued for them is still delivered.
    /// </summary>
    public IReadOnlyList<string> Unsubscriptions { get; init; } = [];

    /// <summary>Shortest wait before the next attempt to connect, over 0 s. Default 0.1 s.</summary>
    public TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <summary>Longest wait before the next attempt to connect, at least <see cref="ReconnectDelayMin"/>, at most 1 h. Default 5 s.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Every mistake in these options, each naming the option and what is allowed; empty if there is none.</summary>
    public IReadOnlyList<string> Mistakes() =>
    [
        .. Check(!string.IsNullOrWhiteSpace(Host), $"{nameof(Host)} is empty"),
        .. Check(Port is >= 1 and <= 65_535, $"{nameof(Port)} is {Port}, allowed is 1 to 65535"),
        .. Check(TopicRules.IsText(ClientId) && ClientId.Length > 0, $"{nameof(ClientId)} must be 1 to 65535 bytes of UTF-8 without NUL"),
        .. Check(User is null || TopicRules.IsText(User), $"{nameof(User)} must be at most 65535 bytes of UTF-8 without NUL"),
        .. Check(Password is null || User is not null, $"{nameof(Password)} needs a {nameof(User)}"),
        .. Check(Password is null || Encoding.UTF8.GetByteCount(Password) <= 65_535, $"{nameof(Password)} is longer than 65535 bytes"),
        .. Check(KeepAlive.TotalSeconds is >= 1 and <= 65_535, $"{nameof(KeepAlive)} is {KeepAlive}, allowed is 1 to 65535 s"),
        .. Check(SessionExpiry.TotalSeconds is >= 0 and <= uint.MaxValue, $"{nameof(SessionExpiry)} is {SessionExpiry}, allowed is 0 to 4294967295 s"),
        .. Check(ReceiveMaximum is >= 1 and <= 65_535, $"{nameof(ReceiveMaximum)} is {ReceiveMaximum}, allowed is 1 to 65535"),
        .. Check(MaximumPacketSize is >= 1024 and <= 16 << 20, $"{nameof(MaximumPacketSize)} is {MaximumPacketSize}, allowed is 1024 to 16777216"),
        .. Check(MaximumInFlight is >= 1 and <= 65_535, $"{nameof(MaximumInFlight)} is {MaximumInFlight}, allowed is 1 to 65535"),
        .. Check(ReconnectDelayMin > TimeSpan.Zero, $"{nameof(ReconnectDelayMin)} is {ReconnectDelayMin}, it must be over 0 s"),
        .. Check(ReconnectDelayMax >= ReconnectDelayMin && ReconnectDelayMax <= TimeSpan.FromHours(1),
            $"{nameof(ReconnectDelayMax)} is {ReconnectDelayMax}, allowed is {nameof(ReconnectDelayMin)} to 1 h"),
        .. Check(Will is null || TopicRules.IsName(Will.Topic), $"{nameof(Will)} has the topic '{Will?.Topic}': wildcards, NUL and an empty topic are not allowed"),
        .. Check(Will is null || Will.Payload.Length <= 65_535, $"{nameof(Will)} has a payload over 65535 bytes"),
        .. Unsubscriptions.SelectMany(f => Check(TopicRules.IsFilter(f), $"{nameof(Unsubscriptions)} has '{f}', which is no topic filter")),
        .. Subscriptions.SelectMany(s => Check(TopicRules.IsFilter(s.Filter), $"{nameof(Subscriptions)} has '{s.Filter}', which is no topic filter")),
    ];

    /// <summary>Where and as whom, without the password.</summary>
    /// <returns>One line for a log.</returns>
    public override string ToString() => $"{(Tls ? "mqtts" : "mqtt")}://{Host}:{Port} as {ClientId}{(User is null ? "" : $" (user {User})")}";

    private static string[] Check(bool good, string mistake) => good ? [] : [mistake];
}
