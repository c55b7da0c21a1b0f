using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Modbus;
using SmartCourtyard.Gateway.Tests.Devices.Mqtt;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

/// <summary>What is true, put into registers in any way that a device may have, reads back as exactly that.</summary>
public sealed class PolledPointPropertyTests
{
    private static readonly Config Properties = Config.QuickThrowOnFailure.WithMaxTest(Math.Clamp(Fuzz.Cases / 20, 500, 50_000));

    private static readonly ModbusType[] Types = [ModbusType.Signed16, ModbusType.Unsigned16, ModbusType.Signed32, ModbusType.Unsigned32, ModbusType.Real32];

    [Fact]
    public void A_number_in_any_type_order_scale_and_unit_is_read_back()
    {
        var truths =
            from quantity in Gen.Elements(WrittenValues.Numbers.ToArray())
            from unit in Gen.Elements(Units.Of(quantity).Append(null).ToArray())
            from type in Gen.Elements(Types)
            from order in Gen.Elements(Enum.GetValues<ModbusOrder>())
            from scale in Gen.Elements(1, 0.1, 0.001, -0.5, 10)
            from offset in Gen.Elements(0, -40, 0.5)
            from value in WrittenValues.Possible(quantity)
            select (Point: new ModbusPoint(quantity, ModbusTable.Input, 12, type, order, Scale: scale, Offset: offset, Unit: unit), value);

        Prop.ForAll(Arb.From(truths), truth =>
        {
            var at = truth.Point;
            var wanted = WrittenValues.In(at.Quantity, at.Unit ?? at.Quantity.Unit(), truth.value);
            if (Registers(at, (wanted - at.Offset) / at.Scale) is not { } written)
            {
                return;
            }

            var read = Point(at).Value(written.Words, out var problem);

            var told = (written.Raw * at.Scale) + at.Offset;
            var (lowest, highest) = PlausibleRange.Of(at.Quantity);
            var expected = OwnUnit(at, told);
            if (expected > lowest && expected < highest)
            {
                Assert.Null(problem);
                WrittenValues.Same(expected, read!.Value);
            }
        }).Check(Properties);
    }

    [Fact]
    public void A_bit_is_read_back_wherever_it_stands_and_whatever_stands_beside_it() => Prop.ForAll(
        Arb.From(from word in Gen.Choose(0, 0xFFFF) from bit in Gen.Choose(-1, 15) from inverted in Gen.Elements(true, false) select (word, bit, inverted)), truth =>
        {
            var at = new ModbusPoint(Quantity.Smoke, ModbusTable.Holding, 0, ModbusType.Flag, Bit: truth.bit < 0 ? null : truth.bit, Inverted: truth.inverted);
            var isSet = truth.bit < 0 ? truth.word != 0 : (truth.word / (1 << truth.bit)) % 2 == 1;

            Assert.Equal(isSet != truth.inverted ? 1 : 0, Point(at).Value([(ushort)truth.word], out var problem));
            Assert.Null(problem);
        }).Check(Properties);

    [Fact]
    public void Any_registers_give_a_possible_value_or_none() => Prop.ForAll(
        Arb.From(
            from quantity in Gen.Elements(Enum.GetValues<Quantity>())
            from type in Gen.Elements(Types)
            from order in Gen.Elements(Enum.GetValues<ModbusOrder>())
            from words in Gen.Choose(0, 0xFFFF).Two()
            from scale in Gen.Elements(1, 1e-300, 1e300, -0.1)
            select (Point: new ModbusPoint(quantity, ModbusTable.Holding, 1, quantity.IsBoolean() ? ModbusType.Flag : type, order, Scale: scale), words)), some =>
        {
            var value = Point(some.Point).Value([(ushort)some.words.Item1, (ushort)some.words.Item2], out var problem);

            var (lowest, highest) = PlausibleRange.Of(some.Point.Quantity);
            Assert.True(value is null || (value >= lowest && value <= highest && problem is null), $"{value} {problem}");
            Assert.InRange(problem?.Length ?? 0, 0, 300);
        }).Check(Properties);

    private static PolledPoint Point(ModbusPoint at) => new(new Device("d", null, DeviceClass.AirMonitor, new Place(), new ModbusSource(new ModbusTcp("127.0.0.1", 502), 1, [at])), at);

    // Back along the straight line on which every unit lies.
    private static double OwnUnit(ModbusPoint at, double value)
    {
        var unit = at.Unit ?? at.Quantity.Unit();
        var zero = WrittenValues.In(at.Quantity, unit, 0);
        return (value - zero) / (WrittenValues.In(at.Quantity, unit, 1) - zero);
    }

    // The nearest number that the type can hold, as the device would have it in its registers; null where it cannot hold it at all.
    private static (double Raw, ushort[] Words)? Registers(ModbusPoint at, double raw)
    {
        if (at.Type == ModbusType.Real32)
        {
            return ((float)raw, Words(at.Order, BitConverter.SingleToUInt32Bits((float)raw)));
        }

        raw = Math.Round(raw);
        return at.Type switch
        {
            ModbusType.Signed16 when raw is >= short.MinValue and <= short.MaxValue => (raw, [(ushort)(short)raw]),
            ModbusType.Unsigned16 when raw is >= 0 and <= ushort.MaxValue => (raw, [(ushort)raw]),
            ModbusType.Signed32 when raw is >= int.MinValue and <= int.MaxValue => (raw, Words(at.Order, (uint)(int)raw)),
            ModbusType.Unsigned32 when raw is >= 0 and <= uint.MaxValue => (raw, Words(at.Order, (uint)raw)),
            _ => null,
        };
    }

    private static ushort[] Words(ModbusOrder order, uint value)
    {
        var abcd = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(abcd, value);
        var name = order.ToString().ToUpperInvariant();
        byte[] sent = [.. name.Select(letter => abcd[letter - 'A'])];
        return [BinaryPrimitives.ReadUInt16BigEndian(sent), BinaryPrimitives.ReadUInt16BigEndian(sent.AsSpan(2))];
    }
}
