"""Write the example files of the cn pack's departments: one synthetic village, always the same bytes of text.

    python tools/make_source_examples.py [FOLDER]

ID numbers begin with 0, as no area does, so that nobody has them; names are made of two counting characters. Faults
that such files have are in them on purpose: an ID number that a spreadsheet turned into 1.9E+18, an unknown person, a
date that no calendar has, and an amount with a letter in it.
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parents[1] / "src" / "firmground" / "packs" / "cn" / "sources" / "examples"
AREA = "620102001001"
HOUSEHOLDS = 12
_FAMILIES = "甲乙丙丁戊己庚辛壬癸子丑"
_GIVEN = "一二三"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MEMBERS = ((1980, "男", "户主", "普通劳动力"), (1982, "女", "配偶", "普通劳动力"), (2011, "女", "其他", "无劳动力"))
Rows = list[list[str]]


def id_number(household: int, member: int) -> str:
    """A number with a right check character (GB 11643) that nobody has."""
    born, sex = _MEMBERS[member - 1][0], 1 if _MEMBERS[member - 1][1] == "男" else 2
    body = f"010101{born}0{member}15{household:02d}{sex}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def household(number: int) -> str:
    """The number of a household in every file."""
    return f"LZ{number:04d}"


def _numbers() -> range:
    return range(1, HOUSEHOLDS + 1)


def households() -> Rows:
    """公安户籍: households."""
    rows = [["户编号", "行政区划代码", "农户属性", "家庭住址", "立户日期"]]
    for number in _numbers():
        group = "脱贫户" if number % 3 == 0 else "一般农户"
        rows.append([household(number), AREA, group, f"示例村{number}号", "2015-03-01"])
    return rows


def persons() -> Rows:
    """公安户籍: persons; the last has an ID number of which a spreadsheet has left seven digits."""
    rows = [
        [
            "人员编号",
            "户编号",
            "姓名",
            "公民身份号码",
            "性别",
            "出生日期",
            "与户主关系",
            "劳动能力",
            "迁入日期",
            "迁出日期",
        ]
    ]
    for number in _numbers():
        for member, (born, sex, relationship, labour) in enumerate(_MEMBERS, 1):
            name = _FAMILIES[number - 1] + _GIVEN[member - 1]
            own = id_number(number, member)
            day = f"{born}-0{member}-15"
            named = [f"{household(number)}-{member}", household(number), name, own]
            rows.append([*named, sex, day, relationship, labour, "", ""])
    rows.append(["LZ0012-4", "LZ0012", "丑四", "1.9E+18", "女", "1955-04-15", "母", "无劳动力", "", ""])
    return rows


def settlements() -> Rows:
    """医保结算: household 1 has paid most of its bills itself; the last person is not registered."""
    rows = [["结算流水号", "身份证号", "姓名", "医疗总费用", "报销金额", "结算日期"]]
    for number in _numbers():
        total, paid = ("46000.00", "16000.00") if number == 1 else ("820.00", "600.00")
        name = _FAMILIES[number - 1] + "一"
        rows.append([f"JS2022{number:04d}", id_number(number, 1), name, total, paid, "2022-04-12"])
    rows.append(["JS20229999", id_number(77, 1), "无名", "300.00", "100.00", "2022-04-20"])
    return rows


def insured() -> Rows:
    """医保参保: everybody but one person of household 10; the last person is not registered."""
    rows = [["身份证号", "姓名", "参保类型", "截止日期"]]
    for number in _numbers():
        rows += [
            [id_number(number, member), "某某", "城乡居民", "2022-05-20"]
            for member in range(1, len(_MEMBERS) + 1)
            if (number, member) != (10, 2)
        ]
    return [*rows, [id_number(80, 1), "无名", "城乡居民", "2022-05-20"]]


def allowance() -> Rows:
    """民政低保: payments of household 2; an amount with a letter in place of a nought."""
    rows = [["LZ0002", "甲方", f"{300 + month}.00", f"2022-0{month}-10"] for month in range(1, 6)]
    rows += [["LZ0006", "乙方", "300.00", f"2022-0{month}-10"] for month in range(1, 5)]
    return [*rows, ["LZ0006", "乙方", "3O0.00", "2022-05-10"]]


def dropouts() -> Rows:
    """教育失学: the child of household 3; a day that no calendar has."""
    rows = [["学生身份证号", "学生姓名", "学校", "失学日期", "复学日期"]]
    rows += [[id_number(number, 3), "某生", "示例中学", "2021-09-01", "2021-10-11"] for number in range(5, 11)]
    rows.append([id_number(3, 3), "丙三", "示例中学", "2022-03-01", ""])
    return [*rows, [id_number(4, 3), "丁三", "示例中学", "2022-02-30", ""]]


def enrolled() -> Rows:
    """教育在校: the children of every household but the third; the last is not registered."""
    rows = [["学籍号", "学生身份证号", "学生姓名", "学校", "统计日期"]]
    rows += [
        [f"XJ{number:04d}", id_number(number, 3), "某生", "示例中学", "2022-03-10"]
        for number in _numbers()
        if number != 3
    ]
    return [*rows, ["XJ0081", id_number(81, 3), "某生", "示例中学", "2022-03-10"]]


def jobs() -> Rows:
    """人社务工: household 4 lost a post outside the county; an unknown person."""
    rows = [["身份证号", "姓名", "就业登记号", "就业开始日期", "就业结束日期"]]
    rows[0] += ["离岗原因", "务工地点", "就业渠道", "用工单位", "月工资"]
    for number in _numbers():
        ended, why, place = ("2022-05-10", "企业停工", "省外") if number == 4 else ("", "", "县内")
        channel = "公益性岗位" if number % 5 == 0 else "市场就业"
        job = [id_number(number, 1), "某工", f"JY{number:05d}", "2021-03-01", ended, why]
        rows.append([*job, place, channel, "示例公司", "2600"])
    unknown = [id_number(78, 1), "无名", "JY09999", "2021-03-01", "", ""]
    return [*rows, [*unknown, "县内", "市场就业", "示例公司", "2600"]]


def certificates() -> Rows:
    """残联: a new certificate of grade 1 in household 5."""
    rows = [["身份证号", "姓名", "残疾类别", "残疾等级", "发证日期"]]
    rows += [[id_number(number, 1), "某某", "肢体", "三级", "2018-06-01"] for number in range(6, 13)]
    return [
        *rows,
        [id_number(5, 2), "戊二", "视力", "一级", "2022-04-20"],
        ["1.9E+18", "某某", "听力", "二级", "2022-04-20"],
    ]


def unsafe_houses() -> Rows:
    """住建危房: household 6; the others have been repaired."""
    rows = [["户编号", "户主", "危房等级", "鉴定日期", "改造完成日期"]]
    rows += [[household(number), "某某", "C级", "2019-05-01", "2020-06-01"] for number in range(1, 9) if number != 6]
    return [*rows, ["LZ0006", "己一", "D级", "2022-04-08", ""], ["LZ0099", "无名", "C级", "2022-04-08", ""]]


def unsafe_water() -> Rows:
    """水利: household 7."""
    rows = [["户编号", "户主", "发现日期", "解决日期"]]
    rows += [[household(number), "某某", "2020-05-01", "2020-11-01"] for number in range(1, 9) if number != 7]
    return [*rows, ["LZ0007", "庚一", "2022-03-15", ""], ["LZ0098", "无名", "2022-03-15", ""]]


def losses() -> Rows:
    """应急: household 8 was flooded."""
    rows = [["户编号", "户主", "灾害类型", "直接经济损失", "发生日期"]]
    rows += [[household(number), "某某", "洪涝", "1200.00", "2022-05-05"] for number in range(1, 8)]
    return [
        *rows,
        ["LZ0008", "辛一", "洪涝", "36000.00", "2022-05-05"],
        ["LZ0097", "无名", "火灾", "500.00", "2022-05-06"],
    ]


def farm_income() -> Rows:
    """农业: three payments of every household but the eleventh; that of the ninth is below any line."""
    rows = [["户编号", "户主", "经营收入", "生产成本", "统计日期"]]
    for number in (number for number in _numbers() if number != 11):
        amount = "1500.00" if number == 9 else "18000.00"
        rows += [
            [household(number), "某某", amount, "1000.00", day] for day in ("2021-09-30", "2021-12-31", "2022-03-31")
        ]
    return [*rows, ["LZ0096", "无名", "900.00", "0", "2022-03-31"]]


def overdue_loans() -> Rows:
    """银行逾期: the ninth household."""
    rows = [["借款人身份证号", "借款人", "逾期本金", "逾期日期"]]
    rows += [[id_number(number, 1), "某某", "2000.00", "2020-05-20"] for number in (1, 2, 3, 4, 5, 6, 7)]
    return [
        *rows,
        [id_number(9, 1), "壬一", "30000.00", "2022-03-21"],
        [id_number(79, 1), "无名", "800.00", "2022-03-21"],
    ]


def as_text(rows: Rows, delimiter: str = ",") -> str:
    """The rows as CSV with Windows line ends, as offices' programs write them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def write_workbook(path: Path) -> None:
    """Payments below two rows of headings, of which the upper ones are merged."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2022, 6, 1, tzinfo=UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("发放明细")
        sheet.merge_range("A1:B1", "基本信息")
        sheet.merge_range("C1:D1", "发放")
        sheet.write_row("A2", ["户编号", "户主姓名", "金额", "日期"])
        for number, row in enumerate(allowance(), 2):
            sheet.write_row(number, 0, row)


def write(folder: Path) -> None:
    """Write every file below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = {
        "public_security_households.csv": households(),
        "public_security_persons.csv": persons(),
        "medical_insurance_insured.csv": insured(),
        "education_dropouts.csv": dropouts(),
        "education_enrolled.csv": enrolled(),
        "human_resources_jobs.csv": jobs(),
        "housing_unsafe_houses.csv": unsafe_houses(),
        "water_unsafe_water.csv": unsafe_water(),
        "emergency_management_losses.csv": losses(),
        "agriculture_farm_income.csv": farm_income(),
        "banks_overdue_loans.csv": overdue_loans(),
    }
    for name, rows in plain.items():
        (folder / name).write_bytes(as_text(rows).encode("utf-8-sig"))
    titles = f"某县医疗保障局 医疗费用结算明细（合成示例）\r\n制表日期：{date(2022, 5, 31):%Y年%m月%d日}\r\n"
    (folder / "medical_insurance_settlements.csv").write_bytes((titles + as_text(settlements())).encode("gb18030"))
    tabs = as_text(certificates(), "\t")
    (folder / "disabled_persons_federation_certificates.txt").write_bytes(b"\xff\xfe" + tabs.encode("utf-16-le"))
    write_workbook(folder / "civil_affairs_allowance_payments.xlsx")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
