using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Gateway.Devices.Sysfs;

namespace SmartCourtyard.Gateway.Tests.Devices.Sysfs;

public sealed class ScanTests
{
    private static readonly ScanType Sixteen = new(BigEndian: false, Signed: true, 16, 16, 0);
    private static readonly ScanType Clock = new(BigEndian: false, Signed: true, 64, 64, 0);

    [Theory]
    [InlineData("le:s12/16>>4", "00 80", -2048)]
    [InlineData("le:s12/16>>4", "F0 7F", 2047)]
    [InlineData("le:s12/16>>4", "FF 7F", 2047)]
    [InlineData("be:u12/16>>0", "FA BC", 0xABC)]
    [InlineData("be:s16/16>>0", "FF FE", -2)]
    [InlineData("le:u16/16>>0", "FE FF", 65_534)]
    [InlineData("le:s8/8>>0\n", "80", -128)]
    [InlineData("be:s24/32>>8", "80 00 00 77", -8_388_608)]
    [InlineData("le:s64/64>>0", "FF FF FF FF FF FF FF FF", -1)]
    [InlineData("le:s16/16X3>>0", "05 00 06 00 07 00", 5)]
    public void A_stored_number_is_read_as_its_type_says(string type, string stored, long expected) =>
        Assert.Equal(expected, ScanType.TryParse(type)!.Value.Decode(Bytes(stored)));

    [Fact]
    public void An_unsigned_number_of_64_bits_fits() =>
        Assert.Equal(ulong.MaxValue, ScanType.TryParse("be:u64/64>>0")!.Value.Decode(Bytes("FF FF FF FF FF FF FF FF")));

    [Theory]
    [InlineData("")]
    [InlineData("s16/16>>0")]
    [InlineData("le:f16/16>>0")]
    [InlineData("me:s16/16>>0")]
    [InlineData("le:s16/24>>0")]
    [InlineData("le:s16/16>>1")]
    [InlineData("le:s0/16>>0")]
    [InlineData("le:s16/16X0>>0")]
    [InlineData("le:s16/16X65>>0")]
    [InlineData("le:s16/16>>-1")]
    [InlineData("le:s999999999999/16>>0")]
    public void What_is_no_type_is_refused(string text) => Assert.Null(ScanType.TryParse(text));

    [Fact]
    public void Elements_lie_in_the_order_of_their_indices_each_at_a_multiple_of_its_size_and_the_timestamp_last()
    {
        var layout = new ScanLayout(
        [
            new("timestamp", 0, Clock), new("voltage3", 3, new(BigEndian: false, Signed: false, 8, 8, 0)), new("voltage0", 1, Sixteen),
        ]);
        Assert.Equal(16, layout.Size);
        var scan = Bytes("FE FF 2A 00 00 00 00 00 00 01 00 00 00 00 00 00");
        Assert.Equal((-2, 42, 256), (layout.Value(scan, "voltage0"), layout.Value(scan, "voltage3"), layout.At(scan)));
        Assert.Null(layout.Value(scan, "voltage1"));
    }

    [Fact]
    public void A_scan_of_one_small_element_is_as_small_and_of_none_is_nothing()
    {
        Assert.Equal(2, new ScanLayout([new("voltage0", 0, Sixteen)]).Size);
        Assert.Equal(0, new ScanLayout([]).Size);
    }

    [Fact]
    public void Whatever_is_packed_as_the_kernel_packs_it_is_read_again()
    {
        Prop.ForAll(Arb.From(Scans()), scan =>
        {
            var layout = new ScanLayout(scan.Select(e => e.Element).Reverse());
            var packed = Packed(scan);
            Assert.Equal(packed.Length, layout.Size);
            Assert.All(scan, e => Assert.Equal(e.Value, layout.Value(packed, e.Element.Name)!.Value));
            Assert.All(scan, e => Assert.Equal(e.Element.Type, ScanType.TryParse(e.Element.Type.ToString())));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void Any_text_is_a_type_or_none_and_never_throws() =>
        Prop.ForAll<string>(text => Assert.True(ScanType.TryParse(text ?? "") is null or { Bits: > 0 })).QuickCheckThrowOnFailure();

    private static Gen<(ScanElement Element, Int128 Value, byte Noise)[]> Scans() =>
        from types in Types().NonEmptyListOf()
        let elements = types.Take(12).Select((t, i) => new ScanElement($"voltage{i}", i * 3, t)).ToArray()
        from timestamp in Gen.Elements(true, false)
        let all = timestamp ? [.. elements, new ScanElement(ScanLayout.Timestamp, 100, Clock)] : elements
        from values in Gen.CollectToArray(all, e => Values(e.Type))
        from noise in Gen.Choose(0, 255).ArrayOf(all.Length)
        select all.Zip(values, noise).Select(x => (x.First, x.Second, (byte)x.Third)).ToArray();

    private static Gen<ScanType> Types() =>
        from storage in Gen.Elements(8, 16, 32, 64)
        from bits in Gen.Choose(1, storage)
        from shift in Gen.Choose(0, storage - bits)
        from repeat in Gen.Elements(1, 1, 1, 2, 4)
        from big in Gen.Elements(true, false)
        from signed in Gen.Elements(true, false)
        select new ScanType(big, signed, bits, storage, shift, repeat);

    private static Gen<Int128> Values(ScanType type)
    {
        var (lowest, highest) = type.Signed
            ? (-(Int128.One << (type.Bits - 1)), (Int128.One << (type.Bits - 1)) - 1)
            : (Int128.Zero, (Int128.One << type.Bits) - 1);
        return Gen.OneOf(
            Gen.Elements(lowest, highest, Int128.Zero, Int128.Min(Int128.One, highest)),
            from high in Gen.Choose(int.MinValue, int.MaxValue)
            from low in Gen.Choose(int.MinValue, int.MaxValue)
            select lowest + ((((Int128)(uint)high << 32) | (uint)low) % (highest - lowest + 1)));
    }

    /// <summary>As iio_compute_scan_bytes has it, written down a second time; unused bits and gaps are filled with noise.</summary>
    private static byte[] Packed((ScanElement Element, Int128 Value, byte Noise)[] scan)
    {
        var bytes = new List<byte>();
        foreach (var (element, value, noise) in scan)
        {
            Pad(bytes, element.Type.Bytes);
            for (var i = 0; i < element.Type.Repeat; i++)
            {
                bytes.AddRange(Stored(element.Type, i == 0 ? value : 1, noise));
            }
        }

        Pad(bytes, scan.Max(e => e.Element.Type.Bytes));
        return [.. bytes];
    }

    private static byte[] Stored(ScanType type, Int128 value, byte noise)
    {
        var mask = ((UInt128.One << type.Bits) - 1) << type.Shift;
        var around = UInt128.Zero;
        for (var i = 0; i < type.Storage / 8; i++)
        {
            around = (around << 8) | noise;
        }

        var stored = (((UInt128)value << type.Shift) & mask) | (around & ~mask);
        var bytes = Enumerable.Range(0, type.Storage / 8).Select(i => (byte)((stored >> (8 * i)) & 0xFF));
        return [.. type.BigEndian ? bytes.Reverse() : bytes];
    }

    private static void Pad(List<byte> bytes, int size)
    {
        while (bytes.Count % size != 0)
        {
            bytes.Add(0xA5);
        }
    }

    private static byte[] Bytes(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
