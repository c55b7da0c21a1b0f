namespace SmartCourtyard.Mqtt;

/// <summary>Where the client stands.</summary>
public enum MqttConnectionState
{
    /// <summary>Opening a connection and subscribing.</summary>
    Connecting,

    /// <summary>The broker accepted the connection and, where needed, answered the subscriptions.</summary>
    Connected,

    /// <summary>Not connected; the next attempt follows after a wait.</summary>
    Waiting,

    /// <summary>Not running: not started yet, or ended on request.</summary>
    Stopped,
}

/// <summary>The protocol spoken with the broker; the number is the protocol level in CONNECT.</summary>
public enum MqttProtocol : byte
{
    /// <summary>MQTT 3.1.1.</summary>
    V311 = 4,

    /// <summary>MQTT 5.</summary>
    V5 = 5,
}

/// <summary>Why the state is what it is. The same word goes to log, metric and people.</summary>
public enum MqttReason
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Name not found, connection refused, no route.</summary>
    Unreachable,

    /// <summary>The broker did not answer CONNECT within 10 s.</summary>
    ConnectTimedOut,

    /// <summary>Certificate, host name or TLS version not acceptable, or the CA file is unreadable.</summary>
    TlsRefused,

    /// <summary>The broker speaks neither MQTT 5 nor 3.1.1.</summary>
    ProtocolRefused,

    /// <summary>Unknown user or wrong password.</summary>
    BadCredentials,

    /// <summary>The broker does not let this client in.</summary>
    NotAuthorized,

    /// <summary>The broker refused the client identifier.</summary>
    ClientIdRefused,

    /// <summary>The broker refused the connection for another reason; the detail names it.</summary>
    ConnectRefused,

    /// <summary>The connection was closed from the other side.</summary>
    PeerClosed,

    /// <summary>Not a byte came for 1.25 × keep-alive: dead, stopped, or the cable is cut.</summary>
    PeerSilent,

    /// <summary>The operating system reported an error on the connection.</summary>
    NetworkError,

    /// <summary>The broker sent DISCONNECT; the detail names its reason.</summary>
    ServerDisconnected,

    /// <summary>Another client connected with the same identifier.</summary>
    SessionTakenOver,

    /// <summary>A packet that the standard does not allow; the detail names it.</summary>
    MalformedPacket,

    /// <summary>A packet larger than <see cref="MqttOptions.MaximumPacketSize"/>.</summary>
    PacketTooLarge,

    /// <summary>The receiver did not take a batch; the broker will send it again.</summary>
    ReceiverFailed,

    /// <summary>The broker refused a subscription; the detail names the filters. The connection stays.</summary>
    SubscriptionRefused,

    /// <summary>The broker granted a subscription at a lower quality of service; the detail names the filters. The connection stays.</summary>
    SubscriptionQosLowered,

    /// <summary>The broker did not answer SUBSCRIBE within 30 s.</summary>
    SubscribeTimedOut,
}

/// <summary>One step of the connection's life.</summary>
/// <param name="State">Where the client stands now.</param>
/// <param name="Reason">Why.</param>
/// <param name="SessionPresent">With <see cref="MqttConnectionState.Connected"/>: whether the broker had kept the session.</param>
/// <param name="Protocol">The protocol spoken, or null while there is no connection.</param>
/// <param name="Detail">More for the log (an address, an error, topic filters), or null. Never a password.</param>
public sealed record MqttStateChange(MqttConnectionState State, MqttReason Reason, bool SessionPresent, MqttProtocol? Protocol, string? Detail);

/// <summary>What became of a publication. Everything but <see cref="Confirmed"/> is the caller's to keep.</summary>
public enum MqttPublishResult
{
    /// <summary>At least once: the broker confirmed it. At most once: it was handed to the network.</summary>
    Confirmed,

    /// <summary>There was no connection; nothing was sent.</summary>
    NotConnected,

    /// <summary>The connection broke before the confirmation; the broker may or may not have it.</summary>
    ConnectionLost,

    /// <summary>The broker refuses it: not authorised, or a quality of service or a retained message it does not take.</summary>
    Refused,

    /// <summary>The broker takes no packet of this size; nothing was sent.</summary>
    TooLarge,
}

/// <summary>What became of a subscription; the later, the worse.</summary>
public enum MqttSubscribeResult
{
    /// <summary>As asked for.</summary>
    Granted,

    /// <summary>Granted at a lower quality of service.</summary>
    Lowered,

    /// <summary>There is no connection, or it broke before the answer: it is asked for at the next one.</summary>
    Later,

    /// <summary>The broker refuses it; it is asked for again at the next connection.</summary>
    Refused,
}
