namespace SmartCourtyard.DutyRoom;

/// <summary>What people and programs may be.</summary>
internal static class Roles
{
    public const string Viewer = "viewer", Operator = "operator", Technician = "technician", Admin = "admin";

    public static readonly IReadOnlyList<string> All = [Viewer, Operator, Technician, Admin];
}

/// <summary>What a call asks of its caller.</summary>
internal static class Policies
{
    /// <summary>Anybody who is signed in, and any program.</summary>
    public const string Read = "read";
    /// <summary>Operators: act on alarms.</summary>
    public const string Act = "act";
    /// <summary>Operators and technicians: tell gateways what to do.</summary>
    public const string Command = "command";
    /// <summary>Administrators: people and their roles.</summary>
    public const string Administer = "administer";
    /// <summary>The gateway that the address names, and no other.</summary>
    public const string Gateway = "gateway";
}
