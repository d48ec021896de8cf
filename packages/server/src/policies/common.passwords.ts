/**
 * Passwords of eight characters or more that stand near the top of every count of leaked passwords: walks over the
 * keyboard, runs of digits, repeated words, first names, clubs, brands and years. Shorter ones are refused by their
 * length. NIST SP 800-63B section 5.1.1.2 asks for such a list, and for no rules of composition.
 */
const LIST = `
12345678 123456789 1234567890 12345678910 0123456789 01234567 012345678 123456789a 123456789q 1234567891 123456781
123456780 1234567a 12345678a 12345678q 12345qwert 1234qwer 123qweasd 123qwe123 123qweasdzxc 123456qwerty 123456abc
123456aa 123456a1 12341234 123123123 12312312 1231231234 12344321 1234554321 123454321 1234512345 123321123 123654789
1236987450 147258369 147852369 159753456 159357456 1478963250 14789632 74108520 741852963 789456123 7894561230 78945612
963852741 987654321 9876543210 98765432 987654321a 87654321 876543210 0987654321 09876543 11111111 111111111 1111111111
111111111a 11112222 11223344 1122334455 112233445566 111222333 11121314 1111111a 121212121 12121212 1212121212 131313131
13131313 13579246 135792468 1357924680 1qaz2wsx 1qaz2wsx3edc 1qaz1qaz 1qazxsw2 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u
1q1q1q1q 1a2b3c4d 1a2s3d4f 1a2s3d4f5g 1z2x3c4v 19841984 19851985 19861986 19871987 19881988 19891989 19901990 19911991
19921992 19931993 20002000 20012001 20102010 20202020 21212121 22222222 222222222 22223333 23232323 232323232 24682468
246813579 25252525 25802580 2580258025 31313131 31415926 314159265 32323232 32165498 321654987 33333333 333333333 36363636
44444444 444444444 45454545 456456456 456789123 55555555 555555555 5555555555 55556666 56565656 66666666 666666666 66668888
69696969 696969696 74747474 75757575 77777777 777777777 7777777777 77778888 78787878 789789789 85208520 852456852 86868686
88888888 888888888 8888888888 89898989 90909090 98989898 99887766 99999999 999999999 9999999999 00000000 000000000 0000000000
00001111 01010101 010101010 10101010 101010101 1010101010 10203040 102030405 1020304050 10293847 1029384756 11235813
q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qwertyui qwertyuio qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456
qwerty11 qwerty22 qwerty77 qwerty99 qwerty01 qwerty00 qwerty2010 qwerty321 qwertyqwerty qwertz123 qwertzuiop qwertzui
qwert123 qwert1234 qwert12345 qwer1234 qwer12345 qwer4321 qwerasdf qwerasdfzxcv qweasdzxc qweasd123 qweqweqwe qwe123qwe
qwe12345 qweasdqwe qazwsx123 qazwsxedc qazwsxedcrfv qaz123wsx qazxswedc qazqazqaz qawsedrf qawsedrftg qwaszx12 qwaszxqw
asdfghjk asdfghjkl asdfghjkl1 asdfgh123 asdfgh12 asdfg123 asdfg1234 asdfasdf asdfasdfasdf asdf1234 asdf12345 asdf4321
asdfqwer asdasdasd asdasd123 asd123asd asdzxcqwe asdqwe123 asdfjkl1 azertyui azertyuiop azerty123 azerty12 zxcvbnm1
zxcvbnm123 zxcvbnmz zxcvbnm12 zxcvb123 zxcvzxcv zxcv1234 zxcasdqwe zxczxczxc zxc123zxc zaq12wsx zaq1zaq1 zaq1xsw2 zaq1@wsx
zaq12wsxcde3 xsw21qaz poiuytrewq poiuytre lkjhgfdsa lkjhgfds mnbvcxz1 mnbvcxza 1qw23er4 1qwerty1 1qwertyu 1password
abc12345 abc123456 abc1234567 abc123abc abcd1234 abcd12345 abcd123456 abcd4321 abcde123 abcde12345 abcdef12 abcdef123
abcdefg1 abcdefg123 abcdefgh abcdefghi abcdefghij abcdabcd abcabcabc abcd1234! abc123!@# a1234567 a12345678 a123456789
a1b2c3d4 a1b2c3d4e5 a1s2d3f4 a1s2d3f4g5 a123123123 aa123456 aa12345678 aa123456789 aaa11111 aaa123456 aaaa1111 aaaaaaaa
aaaaaaaaa aaaaaaaaaa as123456 asd12345 asd123456 az123456 ab123456 ab12345678 bbbbbbbb cccccccc dddddddd ffffffff gggggggg
hhhhhhhh jjjjjjjj kkkkkkkk llllllll mmmmmmmm qqqqqqqq qqqqqqqqqq qqqq1111 q1234567 q12345678 q123456789 qq123456 qq123456789
qwe123456 ssssssss tttttttt wwwwwwww xxxxxxxx xxxxxxxxxx yyyyyyyy zzzzzzzz zzzzzzzzz z1234567 zxc12345 zxc123456 zz123456
password passwort passw0rd p@ssword p@ssw0rd p@$$w0rd p@$$word pa55word pa55w0rd pa$$word pa$$w0rd passwords passwd123
password0 password1 password2 password3 password4 password5 password6 password7 password8 password9 password01 password10
password11 password12 password13 password21 password22 password23 password69 password77 password88 password99 password00
password101 password111 password123 password321 password1234 password12345 password123456 password1! password! password123!
password2010 password2018 password2019 password2020 password2021 password2022 password2023 password2024 password2025
passwordpassword passpass pass1234 pass12345 pass123456 passpass1 password. mypassword mypass123 thepassword newpassword
newpass1 newpass123 nopassword nopass123 changeme changeme1 changeme123 changeit password.1 Password Password1 Password1!
Password2 Password12 Password01 Passw0rd Passw0rd! Passw0rd1 P@ssw0rd P@ssword P@ssw0rd1 P@ssword1 P@ssw0rd123 P@ssword123
P@55w0rd Pa55word Pa$$w0rd Pa$$word PASSWORD PASSWORD1 Passwort1 Passwort123 passwort1 passwort123 Qwerty12 Qwerty123
Qwerty1234 Qwerty12345 QWERTYUI QWERTYUIOP Qwertyuiop 1Qaz2wsx !QAZ2wsx 1qaz@WSX 1qaz!QAZ !qaz2wsx 1Q2w3e4r 1q2w3e4R
Aa123456 Aa12345678 Aa123456789 Aa123456! Aa@123456 Aa1234567 Abc12345 Abc123456 Abcd1234 Abcd12345 Abc@1234 Abcd@1234 Abc@12345
Abc123!@# A1234567 A12345678 A123456789 Asd12345 Asdf1234 Qwer1234 Zxcv1234 Admin123 Admin1234 Admin@123 Admin123! Administrator
Welcome1 Welcome01 Welcome12 Welcome123 Welcome1! Welcome@123 Welcome2 Changeme1 Letmein1 Letmein123 Monkey123 Dragon123
Football1 Baseball1 Superman1 Princess1 Sunshine1 Iloveyou1 Summer01 Summer123 Winter123 Spring123 Autumn123 Test1234 Test@123
Pass1234 Pass@123 Pass@1234 Pass@word1 Master123 Hello123 Hello1234 Secret123 Google123 Samsung1 Charlie1 Michael1 Jordan23
admin123 admin1234 admin12345 admin123456 admin@123 adminadmin admin111 admin888 admin2020 administrator root1234 rootroot
root12345 toor1234 superuser superadmin sysadmin manager1 manager123 operator default1 defaultpass guest123 guestguest user1234
user12345 user123456 username username1 testtest testtest1 test1234 test12345 test123456 testing1 testing123 tester123 temp1234
temp12345 temppass temporary qwertyasd login123 loginlogin server123 secret123 secret12 secretpassword topsecret supersecret
letmein1 letmein12 letmein123 letmeinn letmein! letmein2 welcome1 welcome12 welcome123 welcome1234 welcome2 welcome! hello123
hello1234 hello12345 hellohello helloworld hello123! goodbye1 whatever whatever1 whatever123 trustno1 trustnoone iloveyou iloveyou1
iloveyou2 iloveyou12 iloveyou123 iloveyou! iloveyou3 iloveyou7 iloveyou22 iloveyouu iloveu12 iloveu123 iloveme1 iloveme2 ilovegod ilovemom ilovemyself
ilovejesus ilovehim ilovesex loveyou1 loveyou2 loveyou123 lovelove lovelove1 loveme12 loveme123 love1234 love12345 love123456
lovely123 loveless lover123 loverboy lovergirl iamtheone mylove123 mylove12 forever1 forever123 princess princess1 princess12
princess123 princess2 princesa princesa1 prince123 princesita babygirl babygirl1 babygirl12 babygirl123 baby1234 babyboy1 babyblue
babydoll babyface babybaby sweetie1 sweetheart sweetpea sweetpea1 sweet123 sweetness sunshine sunshine1 sunshine12 sunshine123
sunflower sunflower1 sunset123 sunny123 rainbow1 rainbow123 rainbows butterfly butterfly1 butterfly123 flower123 flowers1 flowerpower
football football1 football12 football123 football2 footballer baseball baseball1 baseball12 baseball123 basketball basketball1
basketball123 softball softball1 softball12 volleyball volleyball1 soccer10 soccer11 soccer12 soccer123 soccer13 hockey123 hockey12
swimming lacrosse wrestling skateboard snowboard surfing1 marathon gymnast1 gymnastics cheerleader cheerlead
superman superman1 superman12 superman123 spiderman spiderman1 spiderman123 batman123 batman12 batman01 batmanbatman ironman1 ironman123
captain1 wolverine wolverine1 deadpool avengers wonderwoman hulkhulk joker123 starwars starwars1 starwars12 starwars123 skywalker
darthvader startrek startrek1 enterprise pokemon1 pokemon12 pokemon123 pikachu1 pikachu123 charizard naruto123 naruto12 naruto11
dragonball dragonballz dragon12 dragon123 dragon01 dragon69 dragons1 dragonfly dragonfire blackdragon minecraft minecraft1
minecraft123 fortnite fortnite1 roblox123 playstation playstation2 nintendo nintendo64 xbox3600 gamecube counterstrike warcraft warcraft3
starcraft worldofwarcraft halflife halflife2 metallica metallica1 slipknot slipknot1 slipknot666 nirvana1 nirvana123 ironmaiden
blink182 greenday greenday1 linkinpark linkinpark1 rammstein rammstein1 eminem123 tupac123 50cent123 beatles1 beatles4
pinkfloyd pinkfloyd1 ledzeppelin gunsnroses rockstar rockstar1 rockandroll rocknroll rocky123 guitar123 guitarist drummer1
computer computer1 computer12 computer123 internet internet1 internet123 microsoft microsoft1 windows1 windows7 windows10 windowsxp
google123 google12 googlegoogle facebook facebook1 facebook123 youtube1 youtube123 myspace1 myspace123 linkedin linkedin1 samsung1
samsung123 samsung12 nokia123 nokia5800 iphone123 iphone4s motorola motorola1 blackberry ericsson toshiba1 logitech
monkey12 monkey123 monkey01 monkeys1 monkeyman monkey1234 tigger12 tigger123 tigers123 tiger123 tigerwoods lionking lionking1
panther1 panthers panthers1 elephant elephant1 penguin1 penguins dolphin1 dolphin123 dolphins dolphins1 kitty123 hellokitty
hellokitty1 kittycat kittykat kitten12 puppydog puppies1 doggy123 doggie123 bulldog1 bulldogs bulldogs1 rottweiler snoopy12 snoopy123
scooby12 scoobydoo scoobydoo1 horses12 horse123 mustang1 mustang12 mustang123 mustangs ferrari1 ferrari123 porsche1 porsche911 mercedes
mercedes1 mercedesbenz corvette corvette1 chevrolet chevy123 camaro123 harley123 harleydavidson yamaha123 kawasaki suzuki123 honda123
toyota123 nissan123 volkswagen subaru123 lamborghini
liverpool liverpool1 liverpool12 liverpool123 chelsea1 chelsea123 chelseafc arsenal1 arsenal123 arsenal12 manutd123 manchester
manchester1 manunited everton1 barcelona barcelona1 barcelona10 realmadrid realmadrid1 juventus juventus1 intermilan acmilan1
acmilan123 galatasaray fenerbahce besiktas benfica1 benfica123 ajax1234 feyenoord celtic123 celtic67 rangers1 rangers123 steelers
steelers1 steelers7 cowboys1 cowboys123 packers1 patriots patriots1 eagles123 raiders1 raiders123 broncos1 lakers24 lakers123
yankees1 yankees2 yankees123 redsox04 chicago1 chicago23 newyork1 newyork123 newyorkcity london123 london12 paris123 brooklyn
brooklyn1 california california1 america1 australia australia1 germany1 england1 england123 ireland1 scotland scotland1 portugal
portugal1 argentina argentina1 colombia colombia1 venezuela mexico123 jamaica1 pakistan pakistan1 pakistan123 india123 indian123
indonesia malaysia thailand vietnam1 philippines
michael1 michael2 michael12 michael123 michelle michelle1 michelle12 jessica1 jessica12 jessica123 jennifer jennifer1 jennifer12
jonathan jonathan1 christian christian1 christopher christina christina1 christine christine1 christmas christmas1 elizabeth
elizabeth1 alexander alexander1 alexandra alexandra1 alexande alex1234 alex12345 alexalex alejandro alejandra anthony1 anthony12
anthony123 andrew12 andrew123 ashley12 ashley123 amanda12 amanda123 brandon1 brandon12 brandon123 benjamin benjamin1 brittany
brittany1 cameron1 carolina caroline caroline1 catherine charlie1 charlie12 charlie123 charlotte charlotte1 chocolate chocolate1
chocolate2 danielle danielle1 daniel12 daniel123 dominic1 fernando fernanda francesco francisco gabriel1 gabriel123 gabriela
gabrielle george123 giovanni gregory1 guillermo isabella isabella1 jackson1 jackson5 jasmine1 jasmine12 jasmine123 jeremiah jordan12
jordan123 jordan23 jordan01 joseph12 joseph123 joshua12 joshua123 justin12 justin123 justinbieber katherine kathleen kimberly
kimberly1 leonardo leonardo1 lorenzo1 madison1 madison123 margaret margarita marie123 marina123 marshall matthew1 matthew12 matthew123
maximus1 melissa1 melissa12 melissa123 mercedes2 natalie1 natasha1 nathaniel nicholas nicholas1 nicole12 nicole123 nicolas1
oliver123 patricia patricia1 patrick1 patrick123 rebecca1 rebecca123 richard1 richard123 robert12 robert123 roberto1 rodrigo1 samantha
samantha1 samantha12 samuel123 santiago sebastian sebastian1 stephanie stephanie1 stephen1 steven123 tatiana1 thomas12 thomas123
valentina valentin valentine veronica veronica1 victoria victoria1 victoria12 victor123 vincent1 vanessa1 vanessa123 william1 william123
zachary1 mohammed mohamed1 muhammad muhammad1 abdullah ibrahim1 mustafa1 ahmed123 ali12345 fatima123
anderson asshole1 assassin assassin1 awesome1 awesome123 amazing1 angel123 angel1234 angels12 angelina angelito apple123 apples123
arsenal14 asdfgh01 banana12 banana123 bananas1 bigdaddy bigdick1 bismillah bismillah1 blahblah blahblah1 blessed1 blessing blink123 blueberry
bluebird bluemoon bluesky1 boomboom boomer12 bubbles1 bubbles123 bubblegum buddy123 buster12 buster123 butthead catdog123 changes1 cheese12
cheese123 cherry12 cherry123 chicken1 chicken12 chicken123 chivas123 clayton1 coffee123 cookie12 cookie123 cookies1 cookies123 coolcool
coolgirl coolman1 cool1234 creative crystal1 crystal123 darkness darkness1 dearbook death666 diamond1 diamond123 diamonds dickhead dickhead1
december december1 discovery doctor123 donald123 donkey123 dream123 dreamer1 dreams123 drpepper eclipse1 einstein element1 emerald1 engineer
estrella estrella1 everyday evolution explorer fabulous family123 family12 family01 fantasia fantasy1 firebird firefire fireball
freedom1 freedom12 freedom123 friends1 friends12 friends123 friendship friday13 fuckoff1 fuckoff123 fuckyou1 fuckyou12 fuckyou123 fuckyou2
fuckyou! fuckyou69 fuckface gangster gangster1 garfield garfield1 gateway1 genesis1 genius123 ginger12 ginger123 girlfriend gladiator
goddess1 godisgood godislove godzilla godzilla1 goldfish goodgirl goodluck goodluck1 gordon24 gorgeous graduate grandma1 grateful hahahaha
hahaha123 hallo123 hallohallo hannah123 happy123 happy1234 happyday happyhappy happiness happiness1 heather1 heaven123 heavenly hiphop123 holiday1
honey123 hotmail1 hotmail123 hottie12 hottie123 hunter12 hunter123 iforgot1 iceman12 icecream icecream1 ilikepie imissyou immortal india1947 infinity
infinity1 internal inuyasha1 jackass1 january1 jellybean jesus123 jesus1234 jesuschrist jesusislord jesus777 jesuslovesme jesussaves
juicy123 junior12 junior123 justdoit justice1 killer12 killer123 killer01 killerkiller kingkong kingking king1234 knowledge kamikaze krishna1
lalalala lalala123 laura123 legendary leprechaun lightning lollipop lollipop1 loser123 lucky123 lucky777 lucky1234 luckystar madrid123 magic123
marijuana marlboro marlboro1 master12 master123 master01 maverick maverick1 marines1 maryjane matrix123 maxwell1 mermaid1 messenger midnight
midnight1 million1 millionaire miracle1 moonlight moonlight1 mother123 mommy123 mountain money123 money1234 moneymoney moneymaker music123
musiclover musica123 mylife123 mynoob123 nobody123 nothing1 november november1 october1 orange12 orange123 pakistan786 pa55w0rd1 paradise
paradise1 passport peace123 peaches1 peanut12 peanut123 pepper12 pepper123 pepsi123 phoenix1 phoenix123 picture1 pineapple platinum playboy1
playboy123 please123 pleaseletmein popcorn1 popcorn123 positive precious precious1 predator pumpkin1 pumpkin123 purple12 purple123 qweewq123 queen123
rastaman remember remember1 resident revolution ronaldo7 ronaldo1 ronaldo123 cristiano messi123 messi1010 neymar11 beckham7 kobe2424 michaeljordan
runescape runescape1 russia123 sadie123 samson123 sasuke123 satan666 scorpion scorpion1 scorpio1 september september1 shadow12 shadow123 shadow01
shadow11 sandman1 security security1 service1 sexybitch sexygirl sexyback sexy1234 sexy12345 sexymama silver123 silver12 simpsons slayer666
smile123 smiles123 smokeweed smokey12 snickers snowball snowflake snowman1 sparkle1 sparky12 special1 spongebob spongebob1 starlight
stupid123 sugar123 summer12 summer123 summer01 summer08 summer09 summer10 summer11 summer99 summer2020 summer2021 summertime superstar
superstar1 supernova supernatural survivor sweden123 taekwondo teacher1 telefono telephone tequiero tequiero1 teamo123 teiubesc terminator
thankyou thankyou1 thebest1 theking1 thunder1 thunder123 tinkerbell tinkerbell1 tomorrow together tornado1 tottenham trinity1 trouble1 turkey123
twilight twilight1 ultimate undertaker unicorn1 unicorn123 universe universal vampire1 vampires victory1 videogame viking123 viper123 virginia
warrior1 warriors warrior123 watermelon wednesday welcome0 westside westlife winner123 winner12 winston1 winter12 winter123 wizard123 wolfgang
wolfpack xavier123 yellow12 yellow123 yourmom1 yourmom123 yourmother zaq12345 zidane10 zxcvbn12 zxcvbn123
contraseña contrasena contrasena1 contrasenia clave123 hola1234 hola12345 holahola hola123456 teamomucho tequieromucho amorcito amoreterno
amor1234 amoramor mimamamemima estrellita corazon1 corazon123 senha123 senha1234 mudar123 brasil123 flamengo flamengo1 corinthians
palmeiras saopaulo motdepasse motdepasse1 azerty1234 azertyuiop1 bonjour1 bonjour123 doudou123 jetaime1 jetaime123 loulou123 marseille marseille13
soleil123 nicolas123 camille1 chouchou hallo1234 schalke04 schatz123 sonnenschein geheim123 ficken123 bayern123 dortmund borussia
deutschland berlin123 hamburg1 sommer123 wachtwoord wachtwoord1 welkom01 welkom123 amsterdam feyenoord1 haslo123 polska123 polska12
kochamcie kasia123 misiek123 parola123 passwordd privet123 lozinka1 salasana salasana1 losenord lösenord heslo123 sifre123 galatasaray1
fenerbahce1 woaini123 woaini520 woaini1314 woaini521 5201314a 52013145 a5201314 aini1314 zhang123 wang1234 li123456 w123456789 z123456789 s123456789 asd123123
sayang123 sayangku bismillah123 indonesia1 anjing123 bangsat123 mahalkita mahalko123 iloveyouso gwapoako thuong123 anhyeuem emyeuanh
matkhau123 krishna123 jaimatadi ganesh123 saibaba1 sairam123 omnamahshivaya omsairam waheguru india@123 pakistan12
correcthorsebatterystaple thisismypassword thisispassword mypassword1 mypassword123 ihatepasswords password-1 donotchange notapassword
`;

const COMMON: ReadonlySet<string> = new Set(LIST.split(/\s+/).filter((password) => password !== ''));

/** Whether a password is one of the commonest, letter for letter: `Password123`, the documents' own example, is not. */
export function isCommonPassword(password: string): boolean {
  return COMMON.has(password);
}
