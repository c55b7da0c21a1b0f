namespace SmartCourtyard.Mqtt;

/// <summary>Control packet types (MQTT 5, 2.1.2).</summary>
internal enum PacketType : byte
{
    Connect = 1, ConnAck, Publish, PubAck, PubRec, PubRel, PubComp, Subscribe, SubAck, Unsubscribe, UnsubAck, PingReq, PingResp, Disconnect, Auth,
}

/// <summary>Reason codes (MQTT 5, 2.4), those that this client sends or looks at.</summary>
internal enum ReasonCode : byte
{
    Success = 0x00,
    UnspecifiedError = 0x80,
    MalformedPacket = 0x81,
    ProtocolError = 0x82,
    UnsupportedProtocolVersion = 0x84,
    ClientIdNotValid = 0x85,
    BadCredentials = 0x86,
    NotAuthorized = 0x87,
    ServerUnavailable = 0x88,
    ServerBusy = 0x89,
    Banned = 0x8A,
    ServerShuttingDown = 0x8B,
    SessionTakenOver = 0x8E,
    TopicNameInvalid = 0x90,
    PacketIdNotFound = 0x92,
    ReceiveMaximumExceeded = 0x93,
    TopicAliasInvalid = 0x94,
    PacketTooLarge = 0x95,
}
