namespace SmartCourtyard.Gateway.Devices.Modbus;

internal enum ReadOutcome
{
    /// <summary>The slave gave the values, or took the one that was written.</summary>
    Read,

    /// <summary>The slave answered that it will not: it lives.</summary>
    Refused,

    /// <summary>Nobody answered in time, or a converter says that nobody does.</summary>
    Silent,

    /// <summary>Something came that is no answer to this question: noise, a late answer to an earlier one, another slave.</summary>
    Garbled,

    /// <summary>The connection or the serial port is gone.</summary>
    LineLost,
}

/// <summary>What became of one question to a slave.</summary>
/// <param name="Exception">The slave's reason, where it refused.</param>
/// <param name="Errno">What the system or libmodbus says, where there is no answer.</param>
internal readonly record struct ReadAnswer(ReadOutcome Outcome, int Exception = 0, int Errno = 0)
{
    public const int IllegalFunction = 1;
    public const int IllegalAddress = 2;
    public const int IllegalValue = 3;

    private const int NoSuchPath = 10;
    private const int NoAnswerBehind = 11;
    private const int LastException = 11;
    private const int LastProtocolError = 17;
    private const int TimedOut = 110;

    private static readonly string[] Words =
    [
        "", "it does not know this kind of register", "it has no such register", "it does not take this question", "it is defective",
        "it is still working", "it is busy", "it refuses", "its memory is faulty", "", "the converter has no way to it", "nobody answers behind the converter",
    ];

    public static ReadAnswer Of(int errno) => (errno - LibModbus.ErrnoBase) switch
    {
        (NoSuchPath or NoAnswerBehind) and var exception => new ReadAnswer(ReadOutcome.Silent, exception, errno),
        >= 1 and <= LastException and var exception => new ReadAnswer(ReadOutcome.Refused, exception, errno),
        > LastException and <= LastProtocolError => new ReadAnswer(ReadOutcome.Garbled, Errno: errno),
        _ when errno == TimedOut => new ReadAnswer(ReadOutcome.Silent, Errno: errno),
        _ => new ReadAnswer(ReadOutcome.LineLost, Errno: errno),
    };

    /// <summary>Whether asking for less may help: the question reached into registers that the slave does not have.</summary>
    public bool IsTooMuch => Outcome == ReadOutcome.Refused && Exception is IllegalAddress or IllegalValue;

    /// <summary>For a technician.</summary>
    public string Reason => Outcome switch
    {
        ReadOutcome.Refused or ReadOutcome.Silent when Exception != 0 => $"exception {Exception}: {Words[Exception]}",
        ReadOutcome.Silent => "no answer",
        ReadOutcome.Garbled => "no answer that can be read (noise, two slaves with one address, or wrong baud, parity or stop)",
        ReadOutcome.LineLost => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(Errno),
        _ => "read",
    };
}
