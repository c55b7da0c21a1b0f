using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using static SmartCourtyard.Readings.Quantity;

namespace SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;

/// <summary>
/// What the codecs of LoRaWAN devices call things. Each maker has words of its own, so that case, blanks, underscores and hyphens
/// do not count: smokeAlarm, smoke_alarm and SmokeAlarm are one row.
/// </summary>
internal static class ChirpStackFields
{
    public static IEnumerable<Field> Of(DeviceClass? deviceClass) =>
    [
        .. Alarms(), .. Condition(), .. Presence(), .. Measurements(), .. Power(), .. Own(deviceClass),
    ];

    private static IEnumerable<Field> Alarms() =>
    [
        .. States(Smoke, "smoke smokealarm smokestatus smokestate smokedetected smokedetection smokedetector fire firealarm firestatus firedetected"),
        .. States(Gas, "gasalarm gasstatus gasstate gasdetected gasleak gasleakage combustiblegasalarm methanealarm"),
        new FlagOrNumber("gas", new Flag("gas", Gas), null),
        .. States(CoAlarm, "coalarm costatus carbonmonoxidealarm carbonmonoxidestatus"),
        new FlagOrNumber("co", new Flag("co", CoAlarm), new Number("co", Co)),
        new FlagOrNumber("carbonmonoxide", new Flag("carbonmonoxide", CoAlarm), new Number("carbonmonoxide", Co)),
        .. States(WaterLeak, "waterleak waterleakage waterleakstatus waterleakagestatus waterleakdetected waterleakalarm leak leakage leakstatus " +
            "leakagestatus leakdetected leakalarm flood floodstatus flooddetected floodalarm"),
        .. States(Emergency, "sos sosalarm soswarning sosstatus emergency emergencyalarm emergencycall panic panicalarm helpcall"),
        .. States(Fall, "falldetected fallalarm falldown fallstatus"),
        .. States(Tamper, "tamper tamperalarm tamperstatus tamperdetected tampered"),
    ];

    /// <summary>How the device itself is.</summary>
    private static IEnumerable<Field> Condition() =>
    [
        .. States(Fault, "fault faultalarm faultstatus devicefault sensorfault hardwarefailure sensorfailure smokechamberfailure fouledsmokechamber " +
            "smokesensorfault ultrasonicsensorfailure infraredsensorfailure buzzerfailure poweroffalarm endoflife"),
        .. States(Test, "testbuttonpressed testalarm testmode selftest"),
        .. States(BatteryLow, "batterylow lowbattery lowbatteryalarm lowbatterystatus batterylowalarm batteryalarm"),
        .. Each("battery batterylevel batterypercent batterypercentage batterylevelinpercentage batterycapacity", n => new Charge(n)),
    ];

    private static IEnumerable<Field> Presence() =>
    [
        .. States(Contact, "magnet magnetstatus door doorstatus dooropen dooropened dooropenstatus window windowstatus windowopen reed reedstatus"),
        new ClosedContact("contact", strict: false),
        .. Each("pir pirstatus motion motiondetected occupancy occupied presence", n => new Counted(n, Motion)),
        .. States(Vibration, "vibration vibrationdetected ballstatus shock"),
    ];

    private static Field[] Measurements() =>
    [
        new Number("temperature", Temperature),
        new Number("tempcsht", Temperature),
        .. Further(Temperature, "temp", "tempcds", "airtemperature", "ambienttemperature"),
        new Number("humidity", Humidity),
        .. Further(Humidity, "hum", "humsht", "airhumidity"),
        new Number("pressure", Pressure, Pressures.Hectopascal),
        .. Further(Pressure, "barometricpressure", "atmosphericpressure"),
        new Number("co2", Co2),
        new Number("tvoc", Tvoc, Units.To(Tvoc, "ppb")),
        new Number("pm1", Pm1),
        .. Further(Pm1, "pm1_0"),
        new Number("pm25", Pm25),
        .. Further(Pm25, "pm2_5"),
        new Number("pm10", Pm10),
        new Number("hcho", Hcho),
        new Number("lel", Methane),
        .. Further(Methane, "gaslel", "methanelel"),
        new Number("laeq", Noise),
        .. Further(Noise, "leq", "noise", "noiselevel", "soundavg", "soundlevel"),
        new Number("illuminance", Illuminance),
        .. Further(Illuminance, "illumination", "lux", "light"),
    ];

    private static IEnumerable<Field> Power() =>
        Each("batteryvoltage batv batteryv vbat volt vdd", name => new Volts(name));

    /// <summary>Words that mean something only because the site file says what the device is for.</summary>
    private static IEnumerable<Field> Own(DeviceClass? deviceClass) => deviceClass switch
    {
        null => [.. Presses(), new Number("waterlevel", WaterLevel, cm => cm * 10)],
        DeviceClass.EmergencyButton => [.. Presses(), new OwnAlarm("alarm", Emergency), new OwnAlarm("alarmstatus", Emergency)],
        DeviceClass.ElectricalMonitor =>
        [
            new Number("voltage", Voltage), new Number("current", Current), new Number("power", Readings.Quantity.Power),
            new Number("activepower", Readings.Quantity.Power), new Number("leakagecurrent", LeakageCurrent),
        ],
        DeviceClass.WaterLevel =>
        [
            new Number("waterlevel", WaterLevel, cm => cm * 10), new Number("depth", WaterLevel, cm => cm * 10),
            new Number("waterdeepcm", WaterLevel, cm => cm * 10), new OwnAlarm("alarm", null),
        ],
        { } one when one.Own() is { } own => [.. States(own, own == Contact ? "onoff" : ""), new OwnAlarm("alarm", own), new OwnAlarm("alarmstatus", own), new EventWord("event", own)],
        _ => [new OwnAlarm("alarm", null)],
    };

    private static IEnumerable<Field> Presses() =>
        Each("press pressevent button buttonevent buttonstatus buttonpressed click action event", name => new Pressed(name));

    private static IEnumerable<Field> States(Quantity quantity, string names) =>
        Each(names, name => new AlarmWord(name, quantity));

    private static IEnumerable<Field> Each(string names, Func<string, Field> field) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(field);

    private static IEnumerable<Field> Further(Quantity quantity, params string[] names) => names.Select(name => new Number(name, quantity, secondary: true));
}
